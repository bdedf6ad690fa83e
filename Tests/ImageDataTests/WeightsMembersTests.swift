import Architectures
import Foundation
import HDF5
import HDF5Fixtures
import ImageData
import TestSupport
import Testing

/// Weights files with more in them than weights.
@Suite("What stands beside weights", .serialized) struct WeightsMembersTests {
  private let folder: TemporaryDirectory
  private let architecture: Architecture

  init() throws {
    folder = try TemporaryDirectory()
    architecture = try Architecture(
      family: .residual, input: InputShape(channels: 2, size: 1),
      stages: [
        Stage(widths: [2], kernel: 1, stride: 1), Stage(widths: [3, 3], kernel: 1, stride: 1),
      ], shortcut: .projection)
  }

  /// Writes weights of the network, and what `add` makes beside them.
  private func file(_ add: (borrowing Group) throws -> Void) throws -> String {
    let path = folder.path("\(UUID().uuidString).h5")
    let file = try File.create(path)
    do {
      let root = try file.root()
      for layer in architecture.layers {
        let group = try root.createGroup("\(layer.index)")
        let shape = [layer.width, layer.inputWidth]
        try group.createDataset("weight", .float64, shape: shape)
          .write([Double](repeating: 1, count: shape.reduce(1, *)))
        guard let skip = layer.skip, skip.projectionStride != nil else { continue }
        let columns = architecture.layers[skip.layer].width
        try group.createGroup("shortcut").createDataset(
          "weight", .float64, shape: [layer.width, columns]
        ).write([Double](repeating: 1, count: layer.width * columns))
      }
      try add(root)
    }
    try file.close()
    return path
  }

  private func add(_ path: String, to root: borrowing Group, _ value: Float = 1) throws {
    var place = "."
    let parts = path.split(separator: "/").map(String.init)
    for part in parts.dropLast() {
      let parent = try root.openGroup(place)
      if try !parent.contains(part) { _ = try parent.createGroup(part) }
      place += "/\(part)"
    }
    try root.openGroup(place).createDataset(parts.last ?? "", .float32, shape: [3])
      .write([Float](repeating: value, count: 3))
  }

  /// The layer with a projection.
  private var projected: Int {
    architecture.layers.first { $0.skip?.projectionStride != nil }?.index ?? -1
  }

  @Test(
    "Numbers of a normalisation beside a weight are refused by name",
    arguments: [
      "1/running_mean", "1/running_var", "1/gamma", "1/Beta", "1/weight_g", "1/bn/weight",
      "1/batch_norm/scale", "1/after/moving_mean", "1/parametrizations/weight/original0",
    ])
  func normalizations(member: String) throws {
    let path = try file { try add(member, to: $0) }
    let name = member.split(separator: "/").prefix(2).joined(separator: "/")
    let error = #expect(throws: InputFileError.self) {
      try WeightsFile.read(architecture, from: path, name: "net.h5")
    }
    #expect(
      error?.description
        == "net.h5: /\(name) belongs to a normalisation or a reparametrisation, which the network "
        + "does not have, expected it folded into the weight and the bias of its layer, and left out "
        + "of the file")
  }

  @Test("A normalisation in a group of its own is refused by name") func ownGroup() throws {
    let path = try file { root in
      try add("bn1/running_mean", to: root)
      try add("bn1/weight", to: root)
    }
    let error = #expect(throws: InputFileError.self) {
      try WeightsFile.read(architecture, from: path, name: "net.h5")
    }
    #expect(error?.problem.hasPrefix("/bn1 belongs to a normalisation") == true)
  }

  @Test("A projection's bias may be zero, and is refused otherwise") func projectionBias() throws {
    let zero = try file { try add("\(projected)/shortcut/bias", to: $0, 0) }
    _ = try WeightsFile.read(architecture, from: zero)
    #expect(try WeightsFile.listing(of: zero).unusedNames == ["/\(projected)/shortcut/bias"])
    let one = try file { try add("\(projected)/shortcut/bias", to: $0, 1) }
    let error = #expect(throws: InputFileError.self) {
      try WeightsFile.read(architecture, from: one, name: "net.h5")
    }
    #expect(error?.problem.hasPrefix("/\(projected)/shortcut/bias is not zero") == true)
  }

  @Test("What changes nothing is read past, and listed") func unused() throws {
    let path = try file { root in
      try add("0/momentum", to: root)
      try add("classifier/weight", to: root)
      try add("epoch", to: root)
      try add("optimizer/step", to: root)
    }
    _ = try WeightsFile.read(architecture, from: path)
    #expect(
      try WeightsFile.listing(of: path).unusedNames.sorted()
        == ["/0/momentum", "/epoch", "/optimizer"])
  }

  @Test("Weights of half precision are read as they are") func halfPrecision() throws {
    let chain = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [2], kernel: 1, stride: 1)])
    let path = folder.path("half.h5")
    // 2049 has no float16; the others have.
    let values = [0.5, -1.25, 65_504, 6.103515625e-05]
    try HDF5Fixture.halfDataset("0/weight", shape: [2, 2], values, in: path)
    #expect(try WeightsFile.read(chain, from: path).layers[0].values == values)
  }
}
