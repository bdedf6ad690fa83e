public import Architectures
public import NetworkGraphs
internal import RandomNumbers

extension BuiltNetwork {
  /// The numbers of all parameters but the classifier's at the start of a draw.
  ///
  /// Random ones are keyed by seed, network, draw and parameter, so they depend neither on a point's
  /// place in a plan nor on who computes them. Ways to draw them start from the same standard normal
  /// numbers.
  public func initialParameters(
    _ random: RandomWeights = .he, seed: Int64, draw: Int
  ) -> GraphParameters {
    var numbers = GraphParameters()
    for parameter in parameters where !parameter.isClassifier {
      numbers[parameter.id] = .double(
        initialNumbers(of: parameter, random, seed: seed, draw: draw))
    }
    return numbers
  }

  /// The vector that a training starts from, the classifier included.
  public func initialVector(
    _ random: RandomWeights = .he, seed: Int64, draw: Int
  ) -> [Float] {
    parameters.flatMap { parameter in
      initialNumbers(of: parameter, random, seed: seed, draw: draw).map { Float($0) }
    }
  }

  private func initialNumbers(
    of parameter: NetworkParameter, _ random: RandomWeights, seed: Int64, draw: Int
  ) -> [Double] {
    parameter.initialNumbers(
      of: identity, shape: graph[parameter.id].shape, random, seed: seed, draw: draw)
  }
}

extension NetworkParameter {
  /// Its numbers at the start of a draw.
  fileprivate func initialNumbers(
    of network: [UInt8], shape: Shape, _ random: RandomWeights, seed: Int64, draw: Int
  ) -> [Double] {
    var stream = key(of: network, seed: seed, draw: draw).stream
    func normal(variance: Double) -> [Double] {
      let scale = variance.squareRoot()
      return stream.nextNormals(shape.count).map { scale * $0 }
    }
    if role == .weight, !isClassifier, random.scheme != .he {
      let (rows, fanIn) = (shape[0], shape.count / shape[0])
      let variance = random.weightVariance(rows: rows, columns: shape[1])
      guard random.scheme == .orthogonal else { return normal(variance: variance / Double(fanIn)) }
      let scale = (variance * Double(max(rows, fanIn)) / Double(fanIn)).squareRoot()
      return orthonormalized(stream.nextNormals(shape.count), rows: rows, columns: fanIn)
        .map { scale * $0 }
    }
    switch start {
    case .constant(let number): return [Double](repeating: number, count: shape.count)
    case .bias where random.biasVariance == 0: return [Double](repeating: 0, count: shape.count)
    case .bias: return normal(variance: random.biasVariance)
    case .normal(let variance): return normal(variance: variance)
    case .truncatedNormal(let deviation):
      var numbers: [Double] = []
      numbers.reserveCapacity(shape.count)
      while numbers.count < shape.count {
        for normal in stream.nextNormals(shape.count - numbers.count) {
          let number = deviation * normal
          if abs(number) <= 2 { numbers.append(number) }
        }
      }
      return numbers
    case .given(let numbers): return numbers
    }
  }

  private func key(of network: [UInt8], seed: Int64, draw: Int) -> RandomKey {
    let domain = purpose == .classifier ? "framesweep classifier" : "framesweep he weights"
    let key = RandomKey(domain: domain, seed: seed).appending(network).appending(draw)
    return switch purpose {
    case .layer(let layer, let word): key.appending(layer).appending(word)
    case .name(let name): key.appending(name)
    case .classifier: key
    }
  }
}

extension NetworkWeights {
  /// Draws He's initialisation of an architecture's layers, see `random`.
  public static func heInitialization(
    of architecture: Architecture, seed: Int64, draw: Int
  ) -> NetworkWeights {
    random(.he, of: architecture, seed: seed, draw: draw)
  }

  /// Draws a random initialisation of an architecture's layers, see `BuiltNetwork.initialParameters`.
  public static func random(
    _ random: RandomWeights, of architecture: Architecture, seed: Int64, draw: Int
  ) -> NetworkWeights {
    let network = BuiltNetwork(architecture)
    let numbers = network.initialParameters(random, seed: seed, draw: draw)
    guard let weights = network.weights(of: numbers) else {
      preconditionFailure("\(architecture.canonicalText) is not made of layers")
    }
    return weights
  }
}

/// Makes the rows of a matrix orthonormal, or its columns if there are fewer of these.
///
/// Of independent normal numbers it makes a matrix that is distributed uniformly.
///
/// **Complexity**: O(rows · columns · the smaller of both).
private func orthonormalized(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
  guard rows <= columns else {
    let transposed = orthonormalized(
      transpose(matrix, rows: rows, columns: columns), rows: columns, columns: rows)
    return transpose(transposed, rows: columns, columns: rows)
  }
  var matrix = matrix
  for row in 0..<rows {
    let own = row * columns
    // What is left of the earlier rows after one pass is their rounding errors, in nearly dependent
    // rows as long as themselves.
    for _ in 0..<2 {
      for earlier in stride(from: 0, to: own, by: columns) {
        var product = 0.0
        for place in 0..<columns { product += matrix[own + place] * matrix[earlier + place] }
        for place in 0..<columns { matrix[own + place] -= product * matrix[earlier + place] }
      }
    }
    var square = 0.0
    for place in own..<own + columns { square += matrix[place] * matrix[place] }
    let norm = square.squareRoot()
    for place in own..<own + columns { matrix[place] /= norm }
  }
  return matrix
}

private func transpose(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
  (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
}
