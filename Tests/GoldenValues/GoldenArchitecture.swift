public import Architectures

/// An architecture as golden values write it.
public struct GoldenArchitecture: Decodable, Sendable {
  struct Input: Decodable, Sendable { let channels, size: Int }
  struct Stage: Decodable, Sendable {
    let widths: [Int]
    let kernel, stride: Int
  }
  let family: String
  let input: Input
  let stages: [Stage]
  let skipLength: Int?
  let shortcut: String?

  enum CodingKeys: String, CodingKey {
    case family, input, stages, shortcut
    case skipLength = "skip_length"
  }

  /// A word that names no case.
  struct UnknownName: Error {
    let name: String
  }

  /// Makes the architecture, in the form of that name or else in its family's own.
  public func make(form: String? = nil) throws -> Architecture {
    guard let named = Family.layered.first(where: { $0.name == family }) else {
      throw UnknownName(name: family)
    }
    let namedForm = try form.map { form in
      guard let found = Form.allCases.first(where: { $0.name == form }) else {
        throw UnknownName(name: form)
      }
      return found
    }
    let shortcut = shortcut ?? Shortcut.plain.name
    guard let namedShortcut = Shortcut.allCases.first(where: { $0.name == shortcut }) else {
      throw UnknownName(name: shortcut)
    }
    return try Architecture(
      family: named, input: InputShape(channels: input.channels, size: input.size),
      stages: stages.map {
        Architectures.Stage(widths: $0.widths, kernel: $0.kernel, stride: $0.stride)
      },
      form: namedForm, skipLength: skipLength ?? 2, shortcut: namedShortcut)
  }
}

/// A layer's weights as golden values write them.
public struct GoldenLayer: Decodable, Sendable {
  struct Tensor: Decodable, Sendable {
    let shape: [Int]
    let values: [Double]
  }
  let shape: [Int]
  let values: [Double]
  let bias: [Double]?
  let shortcut: Tensor?
}

extension NetworkWeights {
  /// A network's weights; biases that are not there are zero.
  public init(_ golden: [GoldenLayer]) {
    func tensor(_ shape: [Int], _ values: [Double]) -> WeightTensor {
      WeightTensor(rows: shape[0], columns: shape[1], kernel: shape[2], values: values)
    }
    var projections: [Int: WeightTensor] = [:]
    for (layer, weight) in golden.enumerated() {
      projections[layer] = weight.shortcut.map { tensor($0.shape, $0.values) }
    }
    self.init(
      layers: golden.map { tensor($0.shape, $0.values) },
      biases: golden.map { $0.bias ?? Array(repeating: 0, count: $0.shape[0]) },
      projections: projections)
  }
}
