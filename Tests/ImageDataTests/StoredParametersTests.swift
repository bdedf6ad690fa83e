import HDF5
import TestSupport
import Testing

@testable import ImageData

@Suite("Parameters of networks with normalisation in files") struct StoredParametersTests {
  private static let places = [
    StoredParameter(path: "0/weight", shape: [4, 3, 3, 3]),
    StoredParameter(path: "0/norm/weight", shape: [4]),
    StoredParameter(path: "0/norm/bias", shape: [4]),
    StoredParameter(path: "0/norm/running_mean", shape: [4]),
    StoredParameter(path: "0/norm/running_var", shape: [4]),
    StoredParameter(path: "1/shortcut/weight", shape: [2, 4, 1, 1]),
    StoredParameter(path: "position", shape: [1, 5, 2]),
  ]

  private static func network() -> [(place: StoredParameter, values: [Double])] {
    var random = SeededGenerator(seed: 4)
    return places.map { place in
      let numbers: [Double] = random.numbers(place.count)
      // Numbers of single precision, and no negative variance.
      return (place, numbers.map { Double(Float(place.isVariance ? abs($0) : $0)) })
    }
  }

  private let folder: TemporaryDirectory
  private var path: String { folder.path("net.h5") }

  init() throws { folder = try TemporaryDirectory() }

  private func write(
    _ network: [(place: StoredParameter, values: [Double])], group: String? = nil
  ) throws {
    let file = try File.create(path)
    try WeightsFile.write(network, in: WeightsFile.made(group, in: file.root()), .float32)
    try file.close()
  }

  @Test("Parameters come back bit for bit", arguments: [nil, "/best", "run/7"] as [String?])
  func roundTrip(group: String?) throws {
    let network = Self.network()
    try write(network, group: group)
    #expect(try WeightsFile.check(Self.places, in: path, group: group) == [])
    let found = try WeightsFile.read(Self.places, from: path, group: group)
    #expect(found == network.map(\.values))
  }

  @Test("A kernel of one tap may be left out") func points() throws {
    var network = Self.network()
    network[5].place = StoredParameter(path: "1/shortcut/weight", shape: [2, 4])
    try write(network)
    #expect(try WeightsFile.read(Self.places, from: path) == network.map(\.values))
  }

  private func problem(
    _ change: (inout [(place: StoredParameter, values: [Double])]) -> Void
  ) throws -> String {
    var network = Self.network()
    change(&network)
    try write(network)
    let error = #expect(throws: InputFileError.self) {
      try WeightsFile.read(Self.places, from: path, name: "net.h5")
    }
    return error?.description ?? ""
  }

  @Test("What is missing is named with its shape") func missing() throws {
    let message = try problem { $0.remove(at: 3) }
    #expect(
      message == "net.h5: there is no /0/norm/running_mean, expected one of shape (4,)",
      "\(message)")
    #expect(throws: InputFileError.self) { try WeightsFile.check(Self.places, in: path) }
  }

  @Test("Another shape is named with both") func shapes() throws {
    let message = try problem { network in
      network[5] = (
        StoredParameter(path: "1/shortcut/weight", shape: [2, 2, 2, 1]),
        Array(0..<8).map { Double($0) }
      )
    }
    #expect(
      message
        == "net.h5: /1/shortcut/weight has shape (2, 2, 2, 1), expected (2, 4, 1, 1) or (2, 4)",
      "\(message)")
  }

  @Test("A layer that the network does not have is refused, a classifier is not") func layers()
    throws
  {
    let message = try problem { network in
      network.append((StoredParameter(path: "classifier/weight", shape: [1]), [1]))
      network.append((StoredParameter(path: "2/weight", shape: [1]), [1]))
    }
    #expect(message.hasPrefix("net.h5: the network has no /2, expected "), "\(message)")
  }

  @Test("Negative variances and numbers that are not finite are refused") func numbers() throws {
    #expect(
      try problem { $0[4].values[2] = -0.5 }
        == "net.h5: /0/norm/running_var holds -0.5, expected finite numbers from 0")
  }

  @Test("Infinite numbers are refused") func infinities() throws {
    #expect(
      try problem { $0[0].values[7] = .infinity }
        == "net.h5: /0/weight holds inf, expected finite numbers")
  }
}
