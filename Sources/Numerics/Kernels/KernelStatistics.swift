internal import Foundation
public import OpenBLAS

/// What a kernel of images says of a classifier that is trained with it.
public struct KernelStatistics: Hashable, Sendable {
  /// ln(λ_max / λ_min); infinite if λ_min is 0 to rounding.
  ///
  /// **Source**: Xiao, Pennington & Schoenholz, "Disentangling trainability and generalization in deep
  /// neural networks", ICML 2020.
  public let logCondition: Double
  /// exp(−Σ p ln p), p = λ / Σ λ.
  public let effectiveRank: Double
  /// ⟨HKH, HYYᵀH⟩ / (‖HKH‖ ‖HYYᵀH‖), Y the one-hot classes and H the centring; NaN if one of them is 0.
  ///
  /// **Source**: Cortes, Mohri & Rostamizadeh, "Algorithms for learning kernels based on centered
  /// alignment", JMLR 2012.
  public let alignment: Double
  /// The share of images that ridge regression on the others classifies wrongly.
  ///
  /// Y_i − [A⁻¹Y]_i / [A⁻¹]_ii with A = K + ridge · tr K / n · I is what it predicts for image i.
  public let leaveOneOutError: Double

  /// Computes all of them.
  ///
  /// - Parameters:
  ///   - kernel: n × n, symmetric.
  ///   - labels: the classes of the n images, at least 2.
  ///   - classes: the number of classes.
  ///   - ridge: what is added to the diagonal, relative to its mean.
  ///
  /// **Throws**: `LAPACKError`.
  public init(
    _ kernel: [Double], labels: [Int], classes: Int, ridge: Double
  ) throws(LAPACKError) {
    let count = labels.count
    precondition(count >= 2 && kernel.count == count * count, "a kernel of at least two images")
    let eigen = try symmetricEigen(kernel, order: count)
    let (smallest, largest) = (eigen.values[0], eigen.values[count - 1])
    logCondition =
      smallest <= Double(count) * 0x1p-52 * largest
      ? (largest > 0 ? .infinity : .nan) : log(largest / smallest)
    let positive = eigen.values.filter { $0 > 0 }
    let sum = positive.reduce(0, +)
    effectiveRank = exp(-positive.reduce(0) { $0 + $1 / sum * log($1 / sum) })
    alignment = Self.alignment(kernel, labels, classes)
    leaveOneOutError = Self.leaveOneOutError(eigen, labels, classes, ridge)
  }

  private static func alignment(_ kernel: [Double], _ labels: [Int], _ classes: Int) -> Double {
    let count = labels.count
    let means = (0..<count).map { row in
      kernel[row * count..<(row + 1) * count].reduce(0, +) / Double(count)
    }
    let mean = means.reduce(0, +) / Double(count)
    var shares = [Double](repeating: 0, count: classes)
    for label in labels { shares[label] += 1 / Double(count) }
    let sharedSquare = shares.reduce(0) { $0 + $1 * $1 }
    var (product, kernelSquare, labelSquare) = (0.0, 0.0, 0.0)
    for row in 0..<count {
      for column in 0..<count {
        let entry = kernel[row * count + column] - means[row] - means[column] + mean
        let equal = labels[row] == labels[column] ? 1.0 : 0
        let target = equal - shares[labels[row]] - shares[labels[column]] + sharedSquare
        product += entry * target
        kernelSquare += entry * entry
        labelSquare += target * target
      }
    }
    return product / (kernelSquare * labelSquare).squareRoot()
  }

  private static func leaveOneOutError(
    _ eigen: SymmetricEigen<Double>, _ labels: [Int], _ classes: Int, _ ridge: Double
  ) -> Double {
    let count = labels.count
    let added = ridge * eigen.values.reduce(0, +) / Double(count)
    // The coefficients of the targets Y, one-hot less 1/classes, and of A⁻¹Y.
    var solution = [Double](repeating: 0, count: count * classes)
    var inverse = [Double](repeating: 0, count: count)
    for (index, value) in eigen.values.enumerated() {
      let vector = eigen.vectors[index * count..<(index + 1) * count]
      let factor = 1 / (value + added)
      var targets = [Double](
        repeating: -vector.reduce(0, +) / Double(classes), count: classes)
      for (label, entry) in zip(labels, vector) { targets[label] += entry }
      for (image, entry) in vector.enumerated() {
        inverse[image] += factor * entry * entry
        for label in 0..<classes {
          solution[image * classes + label] += factor * entry * targets[label]
        }
      }
    }
    let mistakes = labels.enumerated().count { image, label in
      func prediction(_ place: Int) -> Double {
        (place == label ? 1 : 0) - 1 / Double(classes)
          - solution[image * classes + place] / inverse[image]
      }
      let own = prediction(label)
      return (0..<classes).contains { $0 != label && !(prediction($0) < own) }
    }
    return Double(mistakes) / Double(count)
  }
}
