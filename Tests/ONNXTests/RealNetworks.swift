import Foundation
import ImageData
import ONNX
import Testing

/// Networks, images and golden values that do not belong to the repository, in a folder beside it.
enum RealNetworks {
  /// The folder; it is there where the project is developed, and nowhere else.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared").standardizedFileURL.path(percentEncoded: false)

  static let areThere = FileManager.default.fileExists(atPath: "\(folder)/real/models")

  /// Why tests that need the folder are skipped where there is none.
  static let missing: Comment = "the folder ../shared with real networks is not there"

  /// The names of all files.
  static let names: [String] =
    ((try? FileManager.default.subpathsOfDirectory(atPath: "\(folder)/real/models")) ?? [])
    .filter { $0.hasSuffix(".onnx") }.sorted()

  /// The bytes of a file, which may lie in the folder of small ones.
  static func bytes(_ name: String) throws -> ONNXBytes {
    let path = names.first { $0 == name || $0.hasSuffix("/\(name)") } ?? name
    return try ONNXBytes(path: "\(folder)/real/models/\(path)", name: name)
  }
}

/// What an independent implementation found of a network: outputs, and neural frames at some values.
struct GoldenNetwork: Decodable, CustomTestStringConvertible, Sendable {
  struct Sample: Decodable, Sendable {
    let image: Int
    let output: [Double]
    let layers: [Layer]
  }

  struct Layer: Decodable, Sendable {
    let norm: Double
    let mean: Double
    let augmentation: [String: Double?]
    let fourier: [String: Double?]
    let overlap: [String: Double?]

    enum CodingKeys: String, CodingKey {
      case norm, mean, augmentation, fourier
      case overlap = "subspace_overlap"
    }
  }

  let model: String
  let images: String
  let mean: [Double]
  let std: [Double]
  let representations: [String]
  let samples: [Sample]

  var testDescription: String { model }

  /// All examples; none where the folder is not there.
  static let all: [GoldenNetwork] = {
    let folder = "\(RealNetworks.folder)/golden/networks"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
      let data = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
      return try? JSONDecoder().decode(GoldenNetwork.self, from: data)
    }
  }()

  /// Whether all examples are compared in every way, which takes minutes without optimisation.
  private static let areAllWanted =
    ProcessInfo.processInfo.environment["FRAMESWEEP_ALL_NETWORKS"] != nil

  /// Those of small images, for tests without optimisation.
  static let small =
    areAllWanted ? all : all.filter { !["cifar48.h5", "cifar160.h5"].contains($0.images) }

  /// Those of them that are small themselves, for tests in double precision.
  static let tiny =
    areAllWanted
    ? all
    : small.filter {
      ["bottleneck_small.onnx", "mnist_cntk.onnx", "squeeze_excite.onnx", "tokens.onnx"]
        .contains($0.model)
    }

  var imageSet: ImageSet {
    get throws {
      try ImageSet.hdf5(
        "\(RealNetworks.folder)/golden/networks/\(images)", dataset: "images", name: images)
    }
  }
}
