public import Architectures

/// The smallest frame potential ‖G‖² of an architecture over all unit-norm atoms, in closed form.
///
/// In the synthesis form, with c_j readers of layer j, n_j² = 1 + c_j the squared norm of its columns
/// and q_j = min(f_j, stride_j)², the potential separates over layers:
///
/// min ‖G‖² = Σ_j p_j² (m_j + 2 c_j k_j + c_j² k_j) / n_j⁴,
///
/// where m_j is the minimum of ‖M‖² + tr(Δ_j M) over frame operators M of k_j unit-norm atoms. Δ_j
/// holds 2 n_j²/n_s² for every input channel of a layer s and 0 for those of the network's input, each
/// q_j times: the products of a layer's atoms with the −1s of the layers that it reads.
public struct ExactMinimum: Hashable, Sendable {
  /// The minimum of ‖G‖².
  ///
  /// **Range**: at least max(K, K²/D).
  public let framePotential: Double

  /// Computes the minimum; nil where there is no closed form.
  ///
  /// That is the analysis form, a stride that does not divide its layer's input size, and a kernel
  /// larger than the input of a layer that another one reads.
  ///
  /// **Complexity**: O(pairs of a layer and one that it reads).
  public init?(_ architecture: Architecture) {
    self.init(layers: architecture.layers, form: architecture.form)
  }

  init?(layers: [Layer], form: Form) {
    guard form == .synthesis else { return nil }
    var readers = [Int](repeating: 0, count: layers.count)
    for layer in layers {
      guard layer.isTiled else { return nil }
      for source in layer.sources {
        if let index = source.layer { readers[index] += 1 }
      }
    }
    var total = 0.0
    for layer in layers {
      let count = readers[layer.index]
      guard count == 0 || !layer.wraps else { return nil }
      total += Self.potential(layer, readers: count) { Double(1 + readers[$0]) }
    }
    framePotential = total
  }

  /// What a layer contributes: its atoms' products with one another and with the layers that it reads.
  ///
  /// - Parameters:
  ///   - layer: a layer whose kernel does not wrap, or that nothing reads.
  ///   - readers: the number of layers that read it.
  ///   - norm: the squared norm of the columns of a layer that it reads; if it is the largest of them,
  ///     the layer contributes at least the result.
  static func potential(_ layer: Layer, readers: Int, norm: (_ layer: Int) -> Double) -> Double {
    let count = Double(readers)
    let own = 1 + count
    let repeats = min(layer.kernel, layer.stride) * min(layer.kernel, layer.stride)
    let levels = layer.sources.map { source in
      let level = source.layer.map { 2 * own / norm($0) }
      return (level: level ?? 0, count: source.channels * repeats)
    }
    let width = Double(layer.width)
    let least = waterFilling(levels, atoms: layer.width)
    let area = Double(layer.outputSize * layer.outputSize)
    return area * (least + 2 * count * width + count * count * width) / (own * own)
  }

  /// The minimum of Σ λ² + Δλ over λ ≥ 0 with Σ λ = k, at most k of them not zero.
  ///
  /// Any positive semidefinite M of trace k and rank at most k is the frame operator of k unit-norm
  /// atoms (Schur–Horn), and tr(ΔM) is smallest when M's eigenvalues stand, largest first, on the
  /// smallest entries of Δ. On those the stationary points are λ = max(0, (ν − Δ)/2). Entries enter in
  /// the order of Δ; with the n smallest of them in, 2k = nν − Σ Δ.
  ///
  /// - Parameters:
  ///   - levels: the entries of Δ, each with its number.
  ///   - atoms: k.
  static func waterFilling(_ levels: [(level: Double, count: Int)], atoms: Int) -> Double {
    var left = atoms
    var count = 0.0
    var sum = 0.0
    var squares = 0.0
    var level = Double.infinity
    for entry in levels.sorted(by: { $0.level < $1.level }) where entry.level < level {
      let taken = Double(min(left, entry.count))
      guard taken > 0 else { break }
      left -= Int(taken)
      count += taken
      sum += taken * entry.level
      squares += taken * entry.level * entry.level
      level = (2 * Double(atoms) + sum) / count
    }
    // Σ λ² + Δλ = Σ (ν − Δ)²/4 + Δ(ν − Δ)/2 = Σ (ν² − Δ²)/4.
    return (count * level * level - squares) / 4
  }
}

extension Layer {
  /// Whether taps of the kernel fall on one position of the image.
  var wraps: Bool { kernel > inputSize }

  /// Whether the stride divides the image.
  var isTiled: Bool { inputSize.isMultiple(of: stride) }
}
