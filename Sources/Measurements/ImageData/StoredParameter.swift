/// A parameter of a network as a weights file holds it.
public struct StoredParameter: Hashable, Sendable {
  /// The dataset's path within the network's group, such as `3/norm/running_var`.
  public let path: String
  /// The extents, row-major; a kernel of one tap may be left out in files.
  public let shape: [Int]

  /// Describes a parameter.
  public init(path: String, shape: [Int]) {
    precondition(!path.isEmpty && !shape.isEmpty, "a parameter of nothing")
    self.path = path
    self.shape = shape
  }

  /// The number of values.
  public var count: Int { shape.reduce(1, *) }

  /// The member of the network's group that it is in.
  public var module: String { path.split(separator: "/").first.map(String.init) ?? path }

  /// The shapes that files may have it in.
  var shapes: [[Int]] {
    shape.count == 4 && shape[2...] == [1, 1] ? [shape, Array(shape.prefix(2))] : [shape]
  }

  /// Whether it is a variance, which is not negative.
  var isVariance: Bool { path.hasSuffix("running_var") }
}
