public import Architectures

/// An induced frame as an explicit matrix, for small sizes: the definition, pixel by pixel.
///
/// Nothing here is shared with the statistics, which this matrix checks.
public enum ExplicitMatrix {
  /// The induced frame with the columns that its operators give them, before they are normalised.
  ///
  /// Rows are ordered by block row, channel and pixel, columns by layer, channel and pixel; pixels are
  /// row-major. Every weight's rows are scaled to unit norm first.
  ///
  /// **Shape**: D × K, column-major.
  ///
  /// **Complexity**: O(D·K) memory.
  public static func columns(
    of architecture: Architecture, weights: NetworkWeights
  ) -> (dimension: Int, count: Int, values: [Double]) {
    let layers = architecture.layers
    var firstColumn: [Int] = []
    var count = 0
    for layer in layers {
      firstColumn.append(count)
      count += layer.width * layer.outputSize * layer.outputSize
    }
    var firstRow: [Int] = []
    var dimension = 0
    for layer in layers {
      firstRow.append(dimension)
      let synthesises = architecture.form == .synthesis || layer.index == 0
      dimension +=
        synthesises
        ? layer.inputWidth * layer.inputSize * layer.inputSize
        : layer.width * layer.outputSize * layer.outputSize
    }
    var values = [Double](repeating: 0, count: dimension * count)
    func add(_ value: Double, row: Int, column: Int) { values[row + column * dimension] += value }

    for layer in layers {
      let weight = unitRows(weights.layers[layer.index])
      let fine = layer.inputSize
      let coarse = layer.outputSize
      let row = firstRow[layer.index]
      let column = firstColumn[layer.index]
      if architecture.form == .synthesis || layer.index == 0 {
        forEachEntry(weight, layer.stride, fine: fine, coarse: coarse) { k, c, y, z, value in
          add(value, row: row + c * fine * fine + z, column: column + k * coarse * coarse + y)
        }
        for source in layer.sources {
          guard let index = source.layer else { continue }
          for c in 0..<source.channels {
            for z in 0..<fine * fine {
              add(
                -1, row: row + (source.channelOffset + c) * fine * fine + z,
                column: firstColumn[index] + c * fine * fine + z)
            }
          }
        }
        continue
      }
      for entry in 0..<layer.width * coarse * coarse {
        add(1, row: row + entry, column: column + entry)
      }
      for source in layer.sources {
        guard let index = source.layer else { continue }
        let channels = source.channelOffset..<source.channelOffset + source.channels
        forEachEntry(weight, layer.stride, fine: fine, coarse: coarse) { k, c, y, z, value in
          guard channels.contains(c) else { return }
          add(
            -value, row: row + k * coarse * coarse + y,
            column: firstColumn[index] + (c - source.channelOffset) * fine * fine + z)
        }
      }
      guard let skip = layer.skip else { continue }
      let from = firstColumn[skip.layer]
      guard let stride = skip.projectionStride, let projection = weights.projections[layer.index]
      else {
        for entry in 0..<layer.width * coarse * coarse {
          add(-1, row: row + entry, column: from + entry)
        }
        continue
      }
      let size = layers[skip.layer].outputSize
      forEachEntry(unitRows(projection), stride, fine: size, coarse: coarse) { k, c, y, z, value in
        add(-value, row: row + k * coarse * coarse + y, column: from + c * size * size + z)
      }
    }
    return (dimension, count, values)
  }

  /// The induced frame with unit-norm columns.
  ///
  /// **Shape**: D × K, column-major.
  public static func frame(of architecture: Architecture, weights: NetworkWeights) -> Frame {
    let (dimension, count, values) = columns(of: architecture, weights: weights)
    return Frame(dimension: dimension, count: count, normalizing: values)
  }

  /// The same weight with rows of unit norm.
  static func unitRows(_ weight: WeightTensor) -> WeightTensor {
    let length = weight.columns * weight.kernel * weight.kernel
    var values = weight.values
    for row in 0..<weight.rows {
      let range = row * length..<(row + 1) * length
      let norm = values[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      for index in range { values[index] /= norm }
    }
    return WeightTensor(
      rows: weight.rows, columns: weight.columns, kernel: weight.kernel, values: values)
  }

  /// Calls back with every entry (k, c) of a weight, the pixel y of the coarse image, and the pixel z
  /// of the fine image on which the entry's tap falls, around the border.
  private static func forEachEntry(
    _ weight: WeightTensor, _ stride: Int, fine: Int, coarse: Int,
    _ body: (_ k: Int, _ c: Int, _ y: Int, _ z: Int, _ value: Double) -> Void
  ) {
    let kernel = weight.kernel
    let centre = kernel / 2
    for k in 0..<weight.rows {
      for c in 0..<weight.columns {
        for pixel in 0..<coarse * coarse {
          let (top, left) = (stride * (pixel / coarse), stride * (pixel % coarse))
          for tap in 0..<kernel * kernel {
            // Adding the size often enough keeps the remainder's argument positive.
            let vertical = (top + tap / kernel - centre + kernel * fine) % fine
            let horizontal = (left + tap % kernel - centre + kernel * fine) % fine
            let value = weight.values[(k * weight.columns + c) * kernel * kernel + tap]
            body(k, c, pixel, vertical * fine + horizontal, value)
          }
        }
      }
    }
  }
}
