internal import RandomNumbers

/// Which images are trained on, which choose between networks, and which judge them.
public struct DataSplit: Hashable, Sendable {
  /// The images that are trained on.
  public let training: [Int]
  /// The images for choices between networks.
  public let validation: [Int]
  /// The images that nothing but the test error has seen.
  public let test: [Int]

  /// Splits images in a random order that depends on the seed and their number only.
  ///
  /// - Parameters:
  ///   - count: the number of images.
  ///   - validation: the share for validation, rounded down to whole images, at least one.
  ///   - test: the share for the test, likewise.
  ///   - seed: the sweep's seed, so that all points of a sweep share the split.
  public init(count: Int, validation: Double, test: Double, seed: Int64) {
    var stream = RandomKey(domain: "framesweep data split", seed: seed).appending(count).stream
    let order = stream.nextPermutation(count)
    let testCount = max(1, Int(Double(count) * test))
    let validationCount = max(1, Int(Double(count) * validation))
    precondition(testCount + validationCount < count, "a split that leaves nothing to train on")
    self.test = Array(order[..<testCount])
    self.validation = Array(order[testCount..<testCount + validationCount])
    training = Array(order[(testCount + validationCount)...])
  }
}
