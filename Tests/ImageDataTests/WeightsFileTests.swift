import Architectures
import Foundation
import HDF5
import ImageData
import TestSupport
import Testing

@Suite("Weights files") struct WeightsFileTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  /// A residual network with a projection at layer 4: `/3/shortcut/weight`.
  static func residual() throws -> Architecture {
    try Architecture(
      family: .residual, input: InputShape(channels: 3, size: 8),
      stages: [
        Stage(widths: [4, 4], kernel: 3, stride: 1), Stage(widths: [6, 6], kernel: 3, stride: 2),
      ], shortcut: .projection)
  }

  /// Numbers that single precision holds exactly.
  static func weights(of architecture: Architecture, seed: UInt64) -> NetworkWeights {
    var numbers = SeededGenerator(seed: seed)
    let layers = architecture.layers
    var projections: [Int: WeightTensor] = [:]
    let weights = layers.map { layer -> WeightTensor in
      if let skip = layer.skip, skip.projectionStride != nil {
        let columns = layers[skip.layer].width
        projections[layer.index] = WeightTensor(
          rows: layer.width, columns: columns, kernel: 1,
          values: numbers.numbers(layer.width * columns))
      }
      return WeightTensor(
        rows: layer.width, columns: layer.inputWidth, kernel: layer.kernel,
        values: numbers.numbers(layer.width * layer.inputWidth * layer.kernel * layer.kernel))
    }
    return NetworkWeights(
      layers: weights, biases: layers.map { numbers.numbers($0.width) }, projections: projections)
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)".replacing(folder.path + "/", with: "").replacing(folder.path, with: "")
    }
  }

  @Test(
    "What is written is read again, in either precision and under any group",
    arguments: [nil, "/", "epoch10", "/runs/best/"] as [String?],
    [WeightsFile.Precision.float32, .float64])
  func roundTrip(group: String?, precision: WeightsFile.Precision) throws {
    let architecture = try Self.residual()
    let weights = Self.weights(of: architecture, seed: 1)
    let path = folder.path("weights.h5")
    try WeightsFile.write(weights, to: path, group: group, precision: precision)
    #expect(try WeightsFile.read(architecture, from: path, group: group) == weights)
  }

  @Test("One file holds several networks, each under its group") func groups() throws {
    let architecture = try Self.residual()
    let first = Self.weights(of: architecture, seed: 1)
    let second = Self.weights(of: architecture, seed: 2)
    let path = folder.path("epochs.h5")
    try WeightsFile.write([("/run/epoch1", first), ("/run/epoch2", second)], to: path)
    #expect(try WeightsFile.read(architecture, from: path, group: "/run/epoch2") == second)
    #expect(
      message { _ = try WeightsFile.read(architecture, from: path, group: "/run/epoch3") }
        == "epochs.h5: there is no group /run/epoch3, expected one of epoch1, epoch2")
  }

  @Test("Of many networks in a file the first are named where one is missing") func manyGroups()
    throws
  {
    let architecture = try Self.residual()
    let weights = Self.weights(of: architecture, seed: 1)
    let path = folder.path("many.h5")
    try WeightsFile.write((0..<30).map { ("/net\($0)", weights) }, to: path)
    #expect(try WeightsFile.read(architecture, from: path, group: "/net29") == weights)
    let first = (0..<20).map { "net\($0)" }.joined(separator: ", ")
    #expect(
      message { _ = try WeightsFile.read(architecture, from: path, group: "net30") }
        == "many.h5: there is no group /net30, expected one of \(first), …")
    // A dataset is no group.
    #expect(
      message { _ = try WeightsFile.read(architecture, from: path, group: "/net0/0/weight") }
        == "many.h5: there is no group /net0/0/weight, expected a file with it")
  }

  @Test("Fully connected layers may have two extents, biases may be left out, others pass")
  func twoExtents() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 3, size: 1),
      stages: [Stage(widths: [2], kernel: 1, stride: 1)])
    let path = folder.path("linear.h5")
    let file = try File.create(path)
    let layer = try file.root().createGroup("0")
    try layer.createDataset("weight", .float64, shape: [2, 3]).write([1.0, 2, 3, 4, 5, 6])
    _ = try file.root().createGroup("classifier")
    try file.close()
    let weights = try WeightsFile.read(architecture, from: path)
    #expect(weights.layers[0].values == [1, 2, 3, 4, 5, 6])
    #expect(weights.biases == [[0, 0]])
  }

  @Test("Shapes, missing layers and numbers that are not finite are named with both counts")
  func mistakes() throws {
    let architecture = try Self.residual()
    let weights = Self.weights(of: architecture, seed: 3)
    func error(of change: (inout NetworkWeights) -> Void) throws -> String {
      var changed = weights
      change(&changed)
      let path = folder.path("\(UUID()).h5")
      try WeightsFile.write(changed, to: path, group: "/last")
      return message {
        _ = try WeightsFile.read(architecture, from: path, group: "/last", name: "a.h5")
      }
    }
    let narrow = WeightTensor(
      rows: 6, columns: 5, kernel: 3, values: [Double](repeating: 1, count: 270))
    #expect(
      try error { $0.layers[3] = narrow }
        == "a.h5: /last/3/weight (layer 4) has shape (6, 5, 3, 3), expected (6, 6, 3, 3)")
    #expect(
      try error { $0.biases[0] = [1, 2] }
        == "a.h5: /last/0/bias (layer 1) has shape (2,), expected (4,)")
    #expect(
      try error { $0.layers[1].values[4 * 9 + 9 + 5] = .nan }
        == "a.h5: /last/1/weight (layer 2) holds nan at [1, 1, 1, 2], expected finite numbers")
    #expect(
      try error { $0.projections[3]?.values[2] = -.infinity }
        == "a.h5: /last/3/shortcut/weight (layer 4) holds -inf at [0, 2, 0, 0], expected finite "
        + "numbers")
    #expect(
      try error { $0.projections = [:] }
        == "a.h5: there is no /last/3/shortcut/weight (layer 4), expected one of shape "
        + "(6, 4, 1, 1) or (6, 4)")
    #expect(
      try error {
        $0.layers.removeLast()
        $0.projections = [:]
      } == "a.h5: there is no /last/3/weight (layer 4), expected one of shape (6, 6, 3, 3)")
    #expect(
      try error {
        $0.layers.append(narrow)
        $0.biases.append([])
      } == "a.h5: /last/4 (layer 5) is one layer too many, expected the network's 4 layers")
    #expect(
      try error { $0.projections[1] = narrow }
        == "a.h5: /last/1/shortcut/weight (layer 2) is a projection, expected none, because the "
        + "network has no projection there")
  }

  @Test("Files of another kind say what they are") func otherFiles() throws {
    let architecture = try Self.residual()
    #expect(
      message { _ = try WeightsFile.read(architecture, from: folder.path("none.h5")) }
        == "none.h5: there is no such file, expected an HDF5 file of weights")
    try folder.write("text", to: "text.h5")
    let text = message { _ = try WeightsFile.read(architecture, from: folder.path("text.h5")) }
    #expect(text == "text.h5: it is not an HDF5 file, expected an HDF5 file of weights")
    #expect(
      message { _ = try WeightsFile.read(architecture, from: folder.path) }.hasSuffix(
        "it is a folder, expected an HDF5 file of weights"))
    let file = try File.create(folder.path("types.h5"))
    let layer = try file.root().createGroup("0")
    _ = try layer.createDataset("weight", .int32, shape: [4, 3, 3, 3])
    _ = try file.root().createGroup("features")
    try file.close()
    #expect(
      message { _ = try WeightsFile.read(architecture, from: folder.path("types.h5")) }
        == "types.h5: /0/weight (layer 1) holds int32, expected float16, float32 or float64")
    let listing = try WeightsFile.listing(of: folder.path("types.h5"))
    #expect(listing == (try WeightsFile.listing(of: folder.path("types.h5"))))
  }
}
