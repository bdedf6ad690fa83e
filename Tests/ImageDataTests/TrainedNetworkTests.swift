import Architectures
import Foundation
import HDF5
import TestSupport
import Testing

@testable import ImageData

@Suite("Files of trained networks") struct TrainedNetworkTests {
  private let folder: TemporaryDirectory
  private let architecture: Architecture
  private let network: TrainedNetwork

  init() throws {
    folder = try TemporaryDirectory()
    architecture = try WeightsFileTests.residual()
    network = Self.network(of: architecture, training: "a")
  }

  private static func network(of architecture: Architecture, training: String) -> TrainedNetwork {
    TrainedNetwork(
      training: training,
      parameters: parameters(of: WeightsFileTests.weights(of: architecture, seed: 1)) + [
        (StoredParameter(path: "classifier/weight", shape: [2, 6]), (0..<12).map { Double($0) }),
        (StoredParameter(path: "classifier/bias", shape: [2]), [0.5, -0.5]),
      ],
      testImages: [1, 4, 70_000],
      facts: [
        ("architecture", .text(architecture.canonicalText)), ("draw", .integer(3)),
        ("test_error", .number(0.125)),
      ])
  }

  private static func parameters(
    of weights: NetworkWeights
  ) -> [(place: StoredParameter, values: [Double])] {
    func place(_ path: String, _ tensor: WeightTensor) -> StoredParameter {
      StoredParameter(
        path: path, shape: [tensor.rows, tensor.columns, tensor.kernel, tensor.kernel])
    }
    return weights.layers.enumerated().flatMap { index, layer in
      var result = [
        (place: place("\(index)/weight", layer), values: layer.values),
        (
          StoredParameter(path: "\(index)/bias", shape: [layer.rows]), weights.biases[index]
        ),
      ]
      if let projection = weights.projections[index] {
        result.append((place("\(index)/shortcut/weight", projection), projection.values))
      }
      return result
    }
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder.path(name)))
  }

  @Test("The layers are read as those of any weights file", arguments: [nil, "/best"] as [String?])
  func layers(group: String?) throws {
    let path = folder.path("new/folders/net.h5")
    try WeightsFile.save(network, to: path, group: group)
    #expect(
      try WeightsFile.read(architecture, from: path, group: group)
        == WeightsFileTests.weights(of: architecture, seed: 1))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("new/folders")) == ["net.h5"])
  }

  @Test("Classifier and facts stand beside them, as PyTorch has a linear layer") func facts() throws
  {
    let path = folder.path("net.h5")
    try WeightsFile.save(network, to: path, group: "/best")
    let file = try File.open(path)
    let group = try file.root().openGroup("best")
    let classifier = try group.openGroup("classifier")
    let weight = try classifier.openDataset("weight")
    #expect(try weight.shape() == [2, 6])
    #expect(try weight.elementType() == .float32)
    #expect(try weight.read(Float.self) == (0..<12).map { Float($0) })
    #expect(try classifier.openDataset("bias").read(Float.self) == [0.5, -0.5])
    #expect(try group.openDataset("test_images").read(Int64.self) == [1, 4, 70_000])
    #expect(try WeightsFile.listing(of: path, group: "/best").unused.isEmpty)
    #expect(try group.textAttribute("architecture") == architecture.canonicalText)
    #expect(try group.attribute("draw", as: Int64.self) == [3])
    #expect(try group.attribute("test_error", as: Double.self) == [0.125])
    #expect(try file.root().textAttribute("training_sha256") == "a")
  }

  @Test("The same training is replaced, by the same bytes") func replaced() throws {
    let (one, two) = (folder.path("one.h5"), folder.path("two.h5"))
    try WeightsFile.save(network, to: one)
    try WeightsFile.save(network, to: two)
    #expect(WeightsFile.occupant(of: one) == .training("a"))
    let before = try bytes("one.h5")
    #expect(try bytes("two.h5") == before)
    try WeightsFile.save(network, to: one)
    #expect(try bytes("one.h5") == before)
  }

  @Test("Who writes the same file at the same time gets it whole, and so do all others")
  func together() throws {
    let path = folder.path("net.h5")
    let (long, short) = ([UInt8](repeating: 1, count: 100_000), [UInt8](repeating: 2, count: 10))
    func contents() throws -> [UInt8] { [UInt8](try bytes("net.h5")) }
    try WholeFile.write(long, to: path, name: "net.h5") { _ in
      // Another one begins and ends in between.
      #expect(throws: Never.self) {
        try WholeFile.write(short, to: path, name: "net.h5") { _ in
          #expect(!FileManager.default.fileExists(atPath: path))
        }
        #expect(try contents() == short)
      }
    }
    #expect(try contents() == long)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["net.h5"])
  }

  @Test("What killed processes left is removed, and who is writing then writes anew")
  func leftovers() throws {
    let path = folder.path("net.h5")
    var temporary: [String] = []
    try WholeFile.write([1, 2, 3], to: path, name: "net.h5") { place in
      temporary.append(place)
      if temporary.count == 1 {
        #expect(FileManager.default.fileExists(atPath: place))
        WholeFile.removeLeftovers(in: folder.path)
        #expect(!FileManager.default.fileExists(atPath: place))
      }
    }
    #expect(Set(temporary).count == 2)
    #expect(try [UInt8](bytes("net.h5")) == [1, 2, 3])
    let left = try #require(temporary.first)
    try Data("half".utf8).write(to: URL(filePath: left))
    try folder.write("mine", to: "net.h5.partial")
    WholeFile.removeLeftovers(in: folder.path)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == ["net.h5", "net.h5.partial"])
  }

  @Test("Whatever else has the name keeps it") func others() throws {
    let (training, text, weights) = (
      folder.path("training.h5"), folder.path("text.h5"), folder.path("weights.h5")
    )
    try WeightsFile.save(Self.network(of: architecture, training: "b"), to: training)
    try folder.write("mine", to: "text.h5")
    try WeightsFile.write(
      WeightsFileTests.weights(of: architecture, seed: 1), to: weights)
    #expect(WeightsFile.occupant(of: folder.path("nothing.h5")) == .nothing)
    #expect(WeightsFile.occupant(of: folder.path) == .other)
    for (path, problem) in [
      (training, "holds the weights of another training"),
      (text, "not as a file of trained weights"), (weights, "not as a file of trained weights"),
    ] {
      let before = try Data(contentsOf: URL(filePath: path))
      let error = #expect(throws: InputFileError.self) {
        try WeightsFile.save(network, to: path, name: "net.h5")
      }
      #expect(error?.description.hasPrefix("net.h5: it exists already") == true)
      #expect(error?.problem.contains(problem) == true)
      #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }
  }

  @Test("Where no file can be made, the system says why and nothing is left") func refused() throws
  {
    try folder.write("no folder", to: "text")
    for (name, reason) in [
      ("text/net.h5", "Not a directory"),
      (String(repeating: "n", count: 256), "File name too long"),
    ] {
      let error = #expect(throws: InputFileError.self) {
        try WeightsFile.save(network, to: folder.path(name), name: "net.h5")
      }
      #expect(error?.problem.contains(reason) == true, "\(error?.description ?? "")")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["text"])
  }
}
