public import OpenBLAS

/// How much a kernel prefers hypotheses that classify unseen images well, among those that fit the seen
/// ones.
///
/// Hypotheses are draws of the Gaussian process with the kernel, given the targets of the training
/// images. Their error is the mean over test images and classes of the squared distance from the
/// targets, one-hot less 1/classes. The kernel is scaled so that its mean diagonal is the mean square of
/// targets.
///
/// **Source**: Boopathy, Yue, Hwang, Iyer & Fiete, "Towards exact computation of inductive bias", IJCAI
/// 2024; the probability is that of the saddlepoint, not of a fitted distribution.
public struct InductiveBias: Hashable, Sendable {
  /// −ln of the probability that a hypothesis has at most the given error, in nats.
  public let nats: Double
  /// The mean error of hypotheses.
  public let expectedError: Double

  /// Computes both; nil if the training images' kernel is not positive definite.
  ///
  /// - Parameters:
  ///   - kernel: n × n, symmetric.
  ///   - labels: the classes of the n images.
  ///   - classes: the number of classes.
  ///   - trainingCount: how many of the images, the first, are trained on; from 1 to n − 1.
  ///   - error: the error level, above 0.
  ///   - ridge: what is added to the training images' diagonal, relative to its mean.
  ///
  /// **Throws**: `LAPACKError`.
  public init?(
    _ kernel: [Double], labels: [Int], classes: Int, trainingCount: Int, error: Double,
    ridge: Double = 1e-6
  ) throws(LAPACKError) {
    let count = labels.count
    precondition((1..<count).contains(trainingCount), "images to train on and to test on")
    let (known, unknown) = (trainingCount, count - trainingCount)
    let diagonal = (0..<count).reduce(0) { $0 + kernel[$1 * (count + 1)] } / Double(count)
    let square = (1 - 1 / Double(classes)) / Double(classes)
    let scale = square / diagonal
    guard diagonal > 0, scale.isFinite else { return nil }
    let trace = (0..<known).reduce(0) { $0 + scale * kernel[$1 * (count + 1)] }
    var matrix = (0..<known).flatMap { row in
      (0..<known).map { scale * kernel[row * count + $0] }
    }
    for place in 0..<known { matrix[place * (known + 1)] += ridge * trace / Double(known) }
    guard let factor = choleskyFactor(matrix, order: known) else { return nil }
    // L⁻¹ K of each test image, and L⁻¹ Y of each class, as columns.
    var cross = (known..<count).flatMap { column in
      (0..<known).map { scale * kernel[column * count + $0] }
    }
    func target(_ image: Int, _ label: Int) -> Double {
      (labels[image] == label ? 1 : 0) - 1 / Double(classes)
    }
    var targets = (0..<classes).flatMap { label in (0..<known).map { target($0, label) } }
    trsm(.columnMajor, .left, .lower, rows: known, columns: unknown, factor, &cross)
    trsm(.columnMajor, .left, .lower, rows: known, columns: classes, factor, &targets)
    var covariance = (known..<count).flatMap { row in
      (known..<count).map { scale * kernel[row * count + $0] }
    }
    syrk(
      .columnMajor, .lower, .transpose, order: unknown, inner: known, alpha: -1, cross, beta: 1,
      into: &covariance)
    var residuals = (0..<classes).flatMap { label in
      (known..<count).map { -target($0, label) }
    }
    gemm(
      .columnMajor, .transpose, .none, rows: unknown, columns: classes, inner: known, cross,
      targets, beta: 1, into: &residuals)
    let eigen = try symmetricEigen(covariance, order: unknown)
    let share = 1 / Double(unknown * classes)
    let smallest = 1e-14 * (eigen.values.last ?? 0)
    var (weights, offsets, constant) = ([Double](), [Double](), 0.0)
    for (index, value) in eigen.values.enumerated() {
      let vector = eigen.vectors[index * unknown..<(index + 1) * unknown]
      var squared = 0.0
      for label in 0..<classes {
        let product = zip(vector, residuals[(label * unknown)...]).reduce(0) { $0 + $1.0 * $1.1 }
        squared += product * product
      }
      if value > smallest {
        weights.append(share * value)
        offsets.append(squared / value)
      } else {
        // What the training images decide has no variance.
        constant += share * squared
      }
    }
    guard !weights.isEmpty else { return nil }
    let form = QuadraticForm(
      weights: weights, squaredOffsets: offsets, multiplicity: classes, constant: constant)
    nats = form.negativeLogProbability(upTo: error)
    expectedError = form.mean
  }
}
