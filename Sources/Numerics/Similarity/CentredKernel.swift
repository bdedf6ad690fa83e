internal import Foundation
internal import OpenBLAS

/// What a representation says of the similarity of images, ready to be compared with that of others: a
/// kernel of the images, centred.
///
/// **Source**: Kornblith, Norouzi, Lee & Hinton, "Similarity of neural network representations
/// revisited", ICML 2019; without bias, Song, Smola, Gretton, Bedo & Borgwardt, "Feature selection via
/// dependence maximization", JMLR 2012.
public struct CentredKernel: Sendable {
  /// How similar two images are.
  public enum Kernel: Sendable {
    /// The product of their features.
    case linear
    /// exp(−d² / (2 width² median)), the median being that of all squared distances d², those of
    /// images from themselves included.
    case gaussian(width: Double)
  }

  private let entries: [Double]

  /// Compares the features of images with one another.
  ///
  /// - Parameters:
  ///   - features: images × features, row-major.
  ///   - count: the number of images, at least 4.
  ///   - kernel: how similar two images are.
  ///   - isDebiased: whether the mean similarity of independent features is 0, whatever their number.
  public init(
    features: [Double], count: Int, _ kernel: Kernel = .linear, isDebiased: Bool = true
  ) {
    precondition(count >= 4 && features.count.isMultiple(of: count), "features of 4 images")
    var products = [Double](repeating: 0, count: count * count)
    syrk(
      .rowMajor, .lower, order: count, inner: features.count / count, features, into: &products)
    mirror(.rowMajor, from: .lower, order: count, &products)
    if case .gaussian(let width) = kernel {
      let squares = (0..<count).map { products[$0 * (count + 1)] }
      var distances = products
      for row in 0..<count {
        for column in 0..<count {
          let place = row * count + column
          distances[place] =
            row == column ? 0 : max(0, squares[row] + squares[column] - 2 * products[place])
        }
      }
      let sorted = distances.sorted()
      let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
      products = distances.map { exp(-$0 / (2 * width * width * median)) }
    }
    entries = isDebiased ? Self.debiased(products, count) : Self.centred(products, count)
  }

  /// The centred kernel alignment of two representations of the same images: at most 1, which it is for
  /// representations that are equal up to rotations and a scale; NaN if one of them tells no two
  /// images apart.
  public func alignment(with other: CentredKernel) -> Double {
    let (own, others) = (dot(entries, entries), dot(other.entries, other.entries))
    guard own > 0, others > 0 else { return .nan }
    return dot(entries, other.entries) / (own.squareRoot() * others.squareRoot())
  }

  /// The kernel with means of rows and columns taken off.
  private static func centred(_ kernel: [Double], _ count: Int) -> [Double] {
    let means = (0..<count).map { row in
      kernel[row * count..<(row + 1) * count].reduce(0, +) / Double(count)
    }
    let mean = means.reduce(0, +) / Double(count)
    var entries = kernel
    for row in 0..<count {
      for column in 0..<count {
        entries[row * count + column] += mean - means[row] - means[column]
      }
    }
    return entries
  }

  /// The kernel without its diagonal, less what makes products of independent ones 0 on average.
  private static func debiased(_ kernel: [Double], _ count: Int) -> [Double] {
    let sums = (0..<count).map { row in
      kernel[row * count..<(row + 1) * count].reduce(0, +) - kernel[row * (count + 1)]
    }
    let size = Double(count)
    let total = sums.reduce(0, +) / ((size - 1) * (size - 2))
    var entries = kernel
    for row in 0..<count {
      for column in 0..<count {
        entries[row * count + column] +=
          row == column
          ? -kernel[row * (count + 1)] : total - (sums[row] + sums[column]) / (size - 2)
      }
    }
    return entries
  }
}
