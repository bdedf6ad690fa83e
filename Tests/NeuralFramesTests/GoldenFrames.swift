import Architectures
import GoldenValues
import NeuralFrames
import Testing

/// A golden example: a network with weights, images, and the statistics of their neural frames that
/// an independent implementation found.
struct GoldenFrames: Decodable, CustomTestStringConvertible {
  struct Images: Decodable {
    let shape: [Int]
    let values: [Double]
  }
  struct Sample: Decodable { let layers: [[String: [String: Double?]]] }

  let name: String
  let architecture: GoldenArchitecture
  let weights: [GoldenLayer]
  let images: Images
  let families: [String: Int]
  let augmentationOrder: [String]
  let samples: [Sample]

  enum CodingKeys: String, CodingKey {
    case name, architecture, weights, images, families, samples
    case augmentationOrder = "augmentation_order"
  }

  var testDescription: String { name }

  static let all: [GoldenFrames] = readGolden("neural_frames")

  var shape: InputShape { InputShape(channels: images.shape[1], size: images.shape[2]) }
  var dimension: Int { shape.channels * shape.size * shape.size }

  /// The families that the example has, in the order of their codes.
  var presentFamilies: [PerturbationFamily] {
    PerturbationFamily.allCases.filter {
      $0 == .augmentation ? !augmentationOrder.isEmpty : families[$0.name] != nil
    }
  }

  func image(at index: Int) -> [Double] {
    Array(images.values[index * dimension..<(index + 1) * dimension])
  }

  /// The directions at an image, in the order of `presentFamilies`.
  func directions(at index: Int) throws -> [Directions] {
    let components = try PrincipalComponents(
      count: families["generative"] ?? 0, imageCount: images.shape[0], dimension: dimension
    ) { Array(images.values[$0.lowerBound * dimension..<$0.upperBound * dimension]) }
    return presentFamilies.map { family in
      switch family {
      case .augmentation: .augmentation(of: image(at: index), shape: shape)
      case .fourier: .fourier(count: families["fourier"] ?? 0, shape: shape)
      case .noise: .noise(count: families["noise"] ?? 0, dimension: dimension, seed: 0)
      case .generative:
        Directions(family: .generative, dimension: dimension, normalizing: components.vectors)
      }
    }
  }

  func makeSamples() throws -> [ImageSample] {
    try samples.indices.map { index in
      try ImageSample(image: image(at: index), directions: directions(at: index))
    }
  }
}
