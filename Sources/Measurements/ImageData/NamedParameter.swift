/// A parameter of a network, with all that its name in a state dict follows from.
public struct NamedParameter: Hashable, Sendable {
  /// Its name in the network, such as `block_1.attention.qkv.weight`.
  public let name: String
  /// Its extents, row-major.
  public let shape: [Int]
  /// The block that it is in, or that is in front of it, counted from 1 through all stages.
  public let block: Int
  /// The place of the operation that reads it, counted from 0.
  public let node: Int

  /// Describes a parameter.
  public init(name: String, shape: [Int], block: Int, node: Int) {
    (self.name, self.shape, self.block, self.node) = (name, shape, block, node)
  }

  /// Whether it is a variance, which is not negative.
  var isVariance: Bool { name.hasSuffix(".running_var") }

  /// Whether a tensor of these extents holds its numbers in the same order.
  ///
  /// Sides of 1 do not count. A linear layer may be a convolution of the whole image, as in timm's VGG.
  func fits(_ found: [Int]) -> Bool {
    let bare = found.filter { $0 != 1 } == shape.filter { $0 != 1 }
    let isWhole = shape.count == 2 && found.count == 4 && found[0] == shape[0]
    return bare || isWhole && found.reduce(1, *) == shape.reduce(1, *)
  }
}
