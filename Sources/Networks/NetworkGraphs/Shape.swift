/// The sides of an array, as ONNX counts them for a batch of one: [1, channels, height, width] of an
/// image, [1, tokens, channels], [1, features]; no sides at all of a single number.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The sides, each at least 1.
  public let sides: [Int]

  /// Makes a shape of sides.
  public init(_ sides: [Int]) { self.sides = sides }

  /// Makes a shape of sides.
  public init(arrayLiteral sides: Int...) { self.init(sides) }

  /// The number of sides.
  public var rank: Int { sides.count }
  /// The number of entries.
  public var count: Int { sides.reduce(1, *) }
  /// The sides as text, such as "1 × 16 × 8 × 8".
  public var description: String {
    sides.isEmpty ? "a number" : sides.map(String.init).joined(separator: " × ")
  }

  /// One side.
  public subscript(axis: Int) -> Int { sides[axis] }

  /// The same sides with ones in front, until there are `rank` of them.
  func padded(toRank rank: Int) -> [Int] {
    Array(repeating: 1, count: max(0, rank - sides.count)) + sides
  }

  /// The shape that arrays of these shapes have together, each side of 1 being repeated; nil if they
  /// do not fit.
  static func broadcast(_ shapes: [Shape]) -> Shape? {
    let rank = shapes.map(\.rank).max() ?? 0
    var result = [Int](repeating: 1, count: rank)
    for shape in shapes {
      for (axis, side) in shape.padded(toRank: rank).enumerated() where side != 1 {
        guard result[axis] == 1 || result[axis] == side else { return nil }
        result[axis] = side
      }
    }
    return Shape(result)
  }
}
