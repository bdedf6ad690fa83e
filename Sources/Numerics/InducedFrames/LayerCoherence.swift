public import Architectures
public import Networks
internal import OpenBLAS

/// How similar the atoms of a layer's own convolutional dictionary are.
///
/// The dictionary holds each row of the weight, scaled to unit norm, at all positions of the layer's
/// output, on an image so large that no border matters. Sparse representations in it are unique if
/// each patch has fewer than (1 + 1/μ)/2 of its atoms, μ the coherence.
///
/// **Source**: V. Papyan, Y. Romano & M. Elad, "Convolutional neural networks analyzed via
/// convolutional sparse coding", 2017.
public struct LayerCoherence: Hashable, Sendable {
  /// The largest |⟨a, b⟩| of two different atoms; NaN if a row has no direction.
  ///
  /// **Range**: 0 ≤ coherence ≤ 1 but for rounding.
  public let coherence: Double

  /// The shape of a weight that makes a dictionary, of one group of a grouped operator.
  public struct Shape: Hashable, Sendable {
    /// The number k of atoms.
    public let rows: Int
    /// The number d of input channels.
    public let columns: Int
    /// The side f of the kernel.
    public let kernel: Int
    /// The stride s.
    public let stride: Int

    /// The weight of a layer.
    public init(_ layer: Layer) {
      (rows, columns) = (layer.width, layer.inputWidth)
      (kernel, stride) = (layer.kernel, layer.stride)
    }

    /// A group's part of an operator; nil if its taps do not lie side by side.
    public init?(_ operator: UnitGraph.Operator) {
      guard `operator`.step.dilation == 1 else { return nil }
      (rows, columns) = (`operator`.rows / `operator`.groups, `operator`.columns)
      (kernel, stride) = (`operator`.step.kernel, `operator`.step.stride)
    }
  }

  /// Computes the coherence of a weight's dictionary.
  ///
  /// - Parameters:
  ///   - weight: the weight.
  ///   - stride: the distance of neighbouring positions in pixels of the layer's input.
  ///   - shouldStop: called between products of matrices; what it throws ends the computation.
  ///
  /// **Complexity**: about 2·k²·d·f⁴/stride² operations for k rows, d channels and kernel f.
  public init(of weight: WeightTensor, stride: Int, shouldStop: () throws -> Void) rethrows {
    let (rows, channels, kernel) = (weight.rows, weight.columns, weight.kernel)
    let height = kernel * kernel * channels
    let values = Self.columns(weight)
    guard !values.contains(where: \.isNaN) else {
      coherence = .nan
      return
    }
    var block = [Double](repeating: 0, count: rows * rows)
    var largest = 0.0
    for (down, right) in Self.lags(kernel: kernel, stride: stride) {
      for index in block.indices { block[index] = 0 }
      // Tap t of the first atom lies on tap t − lag of the second.
      for tap in max(0, down)..<min(kernel, kernel + down) {
        try shouldStop()
        let (left, count) = (max(0, right), kernel - abs(right))
        addProduct(
          .transpose, .none, rows: rows, columns: rows, inner: count * channels, factor: 1,
          values, at: (tap * kernel + left) * channels, stride: height,
          values, at: ((tap - down) * kernel + left - right) * channels, stride: height,
          to: &block, at: 0, stride: rows)
      }
      if (down, right) == (0, 0) { for row in 0..<rows { block[row + row * rows] = 0 } }
      for value in block { largest = max(largest, abs(value)) }
    }
    coherence = largest
  }

  /// What no weight of a layer's shape goes below.
  ///
  /// μ² ≥ (k/(d·q) − 1)/(k (2⌈f/s⌉ − 1)² − 1) for k rows, d channels, kernel f, stride s and
  /// q = min(f, s)²: the sum of the squares of an atom's products with all atoms is at least k/(d·q) on average,
  /// by Parseval's theorem, and is spread over as many as meet the atom.
  ///
  /// **Source**: the one-dimensional case of one channel is that of V. Papyan, J. Sulam & M. Elad,
  /// "Working locally thinking globally", 2017.
  public static func bound(of shape: Shape) -> Double {
    let side = min(shape.kernel, shape.stride)
    let excess = Double(shape.rows) / Double(shape.columns * side * side) - 1
    let reach = 2 * reach(kernel: shape.kernel, stride: shape.stride) - 1
    let others = shape.rows * reach * reach - 1
    return excess > 0 ? (excess / Double(others)).squareRoot() : 0
  }

  /// Floating-point operations in products of matrices.
  public static func flops(of shape: Shape) -> Double {
    let taps = lags(kernel: shape.kernel, stride: shape.stride).reduce(0) { sum, lag in
      sum + (shape.kernel - abs(lag.down)) * (shape.kernel - abs(lag.right))
    }
    return 2 * Double(shape.rows * shape.rows) * Double(shape.columns * taps)
  }

  /// Along one axis the number of positions, to one side, whose atoms share pixels with an atom,
  /// itself included.
  private static func reach(kernel: Int, stride: Int) -> Int { (kernel + stride - 1) / stride }

  /// One of each two opposite distances, in pixels, of atoms that share pixels.
  private static func lags(kernel: Int, stride: Int) -> [(down: Int, right: Int)] {
    let reach = reach(kernel: kernel, stride: stride)
    var lags: [(down: Int, right: Int)] = []
    for down in 0..<reach {
      for right in (down == 0 ? 0 : 1 - reach)..<reach {
        lags.append((down: down * stride, right: right * stride))
      }
    }
    return lags
  }

  /// The rows with unit norm as columns, whose entries are ordered by tap, then by channel; NaN if a row
  /// has no direction.
  private static func columns(_ weight: WeightTensor) -> [Double] {
    let taps = weight.kernel * weight.kernel
    let length = weight.columns * taps
    var values = [Double](repeating: 0, count: weight.values.count)
    for row in 0..<weight.rows {
      let atom = weight.values[row * length..<(row + 1) * length]
      // Dividing by the largest entry first keeps squares in range.
      let largest = atom.reduce(0) { max($0, abs($1)) }
      let norm = atom.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
      for (place, value) in atom.enumerated() {
        let (channel, tap) = (place / taps, place % taps)
        values[row * length + tap * weight.columns + channel] = value / largest / norm
      }
    }
    return values
  }
}
