internal import Foundation
public import NetworkGraphs
internal import OpenBLAS

/// What becomes of images and of directions on their way through a network.
///
/// At each representation there are the value h and the tangents u_i along directions v_i of the input.
/// They are computed in single precision, and what is made of them in double precision.
public struct SignalPropagation: Sendable {
  /// What is found at one representation.
  public struct Layer: Sendable {
    /// ln(mean h² / mean x²), mean over images; −∞ if all units are 0 at one of them.
    public let forwardGainLog: Double
    /// ln(mean ‖u_i‖² / mean ‖v_i‖²), mean over images; −∞ if no direction is left at one of them.
    public let tangentGainLog: Double
    /// mean ‖u_i‖²‖u_j‖² / mean (u_i·u_j)² over i ≠ j, median over images: an estimate of
    /// (tr M)² / tr M² for M = JᵀJ, J the derivative with respect to the image; 0 if no direction is left.
    ///
    /// Numerator and denominator are unbiased if directions are Gaussian.
    public let survivingDirections: Double
    /// The fraction of entries of h above 0, mean over images.
    public let activeFraction: Double
  }

  /// The representations, the input first.
  public let layers: [Layer]

  /// Carries images and directions through a network.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - parameters: the numbers of its parameters.
  ///   - representations: the values that are measured, the input first.
  ///   - images: the images, each channels × size × size; those that are zero everywhere are left out.
  ///   - directions: at least 2, one behind the other, each of the length of an image.
  ///   - shouldStop: called before each operation; may throw to end.
  ///
  /// **Throws**: what `shouldStop` throws, `OneDNNError`, and `MemoryRefused`.
  public init(
    _ graph: Graph, parameters: GraphParameters, representations: [ValueID], images: [[Double]],
    directions: [Double], shouldStop: () throws -> Void = {}
  ) throws {
    let images = images.filter { $0.contains { $0 != 0 } }
    let dimension = graph[graph.input].shape.count
    let count = directions.count / dimension
    precondition(count >= 2, "surviving directions are a mean over pairs")
    let batch = EvaluationCost.imagesPerBatch(
      graph, representations: representations, vectors: count + 1, imageCount: max(1, images.count),
      scalarBytes: 4)
    let evaluator = try Evaluator<Float>(
      graph, parameters: parameters, representations: representations, images: batch,
      vectors: count + 1)
    // Two names may stand for one value.
    let places = Dictionary(grouping: representations.indices) { representations[$0] }
    var found = [[ImageSignal]](repeating: [], count: representations.count)
    for image in 0..<batch { evaluator.store(directions.span, vectorsFrom: 1, ofImage: image) }
    var workspace = ImageSignal.Workspace(directions: count)
    for start in stride(from: 0, to: images.count, by: batch) {
      let end = min(start + batch, images.count)
      for place in start..<end {
        let image = images[place]
        evaluator.store(image.span, vectorsFrom: 0, ofImage: place - start)
      }
      try evaluator.run(shouldStop: shouldStop) { representation in
        for image in 0..<end - start {
          let signal = representation.withVectors(ofImage: image) { vectors in
            ImageSignal(vectors, &workspace)
          }
          for place in places[representation.value] ?? [] { found[place].append(signal) }
        }
      }
    }
    layers = found.map { Layer($0, relativeTo: found[0]) }
  }
}

extension SignalPropagation.Layer {
  fileprivate init(_ signals: [ImageSignal], relativeTo inputs: [ImageSignal]) {
    func mean(_ value: (ImageSignal, ImageSignal) -> Double) -> Double {
      zip(signals, inputs).reduce(0) { $0 + value($1.0, $1.1) } / Double(signals.count)
    }
    forwardGainLog = mean { log($0.meanSquare / $1.meanSquare) }
    tangentGainLog = mean { log($0.tangentSquare / $1.tangentSquare) }
    activeFraction = mean { signal, _ in signal.activeFraction }
    let sorted = signals.map(\.survivingDirections).sorted()
    survivingDirections =
      sorted.isEmpty ? .nan : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// What is found at one image.
private struct ImageSignal {
  /// Memory that is used again from image to image.
  struct Workspace {
    let directions: Int
    var tangents: [Double] = []
    var gram: [Double]

    init(directions: Int) {
      self.directions = directions
      gram = [Double](repeating: 0, count: directions * directions)
    }
  }

  /// The mean square of the entries of the value.
  let meanSquare: Double
  /// The fraction of them above 0.
  let activeFraction: Double
  /// The mean of the tangents' squared norms.
  let tangentSquare: Double
  let survivingDirections: Double

  init(_ vectors: borrowing Span<Float>, _ workspace: inout Workspace) {
    let count = workspace.directions
    let dimension = vectors.count / (count + 1)
    var (square, active) = (0.0, 0)
    for place in 0..<dimension {
      let value = Double(vectors[place])
      square += value * value
      active += value > 0 ? 1 : 0
    }
    meanSquare = square / Double(dimension)
    activeFraction = Double(active) / Double(dimension)
    if workspace.tangents.count != count * dimension {
      workspace.tangents = [Double](repeating: 0, count: count * dimension)
    }
    Float.widen(vectors.extracting(dimension...), into: &workspace.tangents, at: 0)
    syrk(
      .rowMajor, .lower, order: count, inner: dimension, workspace.tangents, into: &workspace.gram)
    var (norms, squaredNorms, products) = (0.0, 0.0, 0.0)
    for row in 0..<count {
      for column in 0..<row {
        let product = workspace.gram[row * count + column]
        products += 2 * product * product
      }
      let norm = workspace.gram[row * count + row]
      norms += norm
      squaredNorms += norm * norm
    }
    tangentSquare = norms / Double(count)
    survivingDirections = norms == 0 ? 0 : (norms * norms - squaredNorms) / products
  }
}
