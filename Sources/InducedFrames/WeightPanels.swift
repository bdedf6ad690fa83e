import Architectures

/// The weights of a network as matrices whose columns are what the frame's columns hold of them.
///
/// A panel has a row for every tap and row channel, tap by tap, so that the parts of two operators that
/// meet at a tap pair are runs of whole columns: their products are products of matrices, and taps that
/// follow one another make longer runs.
struct WeightPanels: Sendable {
  /// One weight, column-major, with rows (tap, row channel).
  struct Panel: Sendable {
    var values: [Double]
    /// The number of rows, the distance of two columns.
    let stride: Int
  }

  private(set) var layers: [Panel]
  private(set) var projections: [Int: Panel]

  /// Normalises the rows of all weights and lays them out as a frame's terms use them.
  ///
  /// A row of zeros becomes NaN.
  init(_ frame: InducedFrame, weights: NetworkWeights) {
    precondition(weights.layers.count == frame.layers.count, "every layer has a weight")
    var layers = [Panel](repeating: Panel(values: [], stride: 0), count: frame.layers.count)
    var projections: [Int: Panel] = [:]
    for layer in frame.layers {
      let weight = weights.layers[layer.index]
      precondition(
        weight.rows == layer.width && weight.columns == layer.inputWidth
          && weight.kernel == layer.kernel, "layer \(layer.index) has a weight of its shape")
      let isSynthesis = frame.rows[layer.index].terms.contains { term in
        if case .synthesis = term.channels { true } else { false }
      }
      layers[layer.index] = isSynthesis ? Self.synthesis(weight) : Self.analysis(weight)
      guard let skip = layer.skip, skip.projectionStride != nil else { continue }
      guard let projection = weights.projections[layer.index] else {
        preconditionFailure("the projection that ends at layer \(layer.index) has a weight")
      }
      precondition(
        projection.rows == layer.width && projection.columns == frame.layers[skip.layer].width
          && projection.kernel == 1,
        "the projection that ends at layer \(layer.index) has a weight of its shape")
      projections[layer.index] = Self.analysis(projection)
    }
    self.layers = layers
    self.projections = projections
  }

  /// The panel of a weight.
  subscript(weight: InducedFrame.Weight) -> Panel {
    switch weight {
    case .layer(let index): layers[index]
    case .projection(let index):
      projections[index, default: Panel(values: [], stride: 0)]
    }
  }

  /// One over the norm of each row.
  static func scales(_ weight: WeightTensor) -> [Double] {
    let length = weight.columns * weight.kernel * weight.kernel
    return (0..<weight.rows).map { row in
      var square = 0.0
      for index in row * length..<(row + 1) * length {
        square += weight.values[index] * weight.values[index]
      }
      return square > 0 ? 1 / square.squareRoot() : .nan
    }
  }

  /// Column k holds the entries (k, c) of each tap.
  private static func synthesis(_ weight: WeightTensor) -> Panel {
    let taps = weight.kernel * weight.kernel
    let scales = scales(weight)
    var values = [Double](repeating: 0, count: weight.values.count)
    var source = 0
    for k in 0..<weight.rows {
      for c in 0..<weight.columns {
        for tap in 0..<taps {
          values[k * taps * weight.columns + tap * weight.columns + c] =
            weight.values[source] * scales[k]
          source += 1
        }
      }
    }
    return Panel(values: values, stride: taps * weight.columns)
  }

  /// Column c holds the entries (k, c) of each tap.
  private static func analysis(_ weight: WeightTensor) -> Panel {
    let taps = weight.kernel * weight.kernel
    let scales = scales(weight)
    var values = [Double](repeating: 0, count: weight.values.count)
    var source = 0
    for k in 0..<weight.rows {
      for c in 0..<weight.columns {
        for tap in 0..<taps {
          values[c * taps * weight.rows + tap * weight.rows + k] =
            weight.values[source] * scales[k]
          source += 1
        }
      }
    }
    return Panel(values: values, stride: taps * weight.rows)
  }
}
