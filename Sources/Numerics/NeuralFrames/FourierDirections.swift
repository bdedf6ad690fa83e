public import Architectures
internal import Foundation

extension Directions {
  /// The first basis images of the discrete cosine transform (DCT-II), the constant left out.
  ///
  /// They are ordered by (u² + v², u, v), u counting rows and v columns, and the same in every
  /// channel; there are at most size² − 1 of them.
  ///
  /// - Parameters:
  ///   - count: the number of directions that is wanted.
  ///   - shape: the shape of the images.
  public static func fourier(count: Int, shape: InputShape) -> Directions {
    let size = shape.size
    var frequencies: [(u: Int, v: Int)] = []
    for u in 0..<size {
      for v in 0..<size where u + v > 0 { frequencies.append((u, v)) }
    }
    frequencies.sort { left, right in
      (left.u * left.u + left.v * left.v, left.u, left.v)
        < (right.u * right.u + right.v * right.v, right.u, right.v)
    }
    // The wave of each frequency along one side.
    let waves = (0..<size).map { frequency in
      (0..<size).map { cos(.pi * (Double($0) + 0.5) * Double(frequency) / Double(size)) }
    }
    var candidates: [Double] = []
    for (u, v) in frequencies.prefix(count) {
      for _ in 0..<shape.channels {
        for row in 0..<size {
          for column in 0..<size { candidates.append(waves[u][row] * waves[v][column]) }
        }
      }
    }
    return Directions(
      family: .fourier, dimension: shape.channels * size * size, normalizing: candidates)
  }
}
