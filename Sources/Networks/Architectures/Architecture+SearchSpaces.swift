/// What a digit of the key `choices` makes of a block.
///
/// **Source**: `train/model.py` of NAS-Bench-Macro's repository; Su et al., "Prioritized Architecture
/// Sampling with Monto-Carlo Tree Search", CVPR 2021.
public enum BlockChoice: Int, Sendable {
  /// Nothing; a 1 × 1 convolution if channels or sides change.
  case skip = 0
  /// An inverted block with a kernel of 3 that widens three times.
  case small = 1
  /// An inverted block with a kernel of 5 that widens six times.
  case large = 2

  /// The inverted block; nil if there is none.
  public var inverted: (kernel: Int, expansion: Int)? {
    switch self {
    case .skip: nil
    case .small: (3, 3)
    case .large: (5, 6)
    }
  }
}

/// What leads from one node of a cell to a later one.
///
/// Raw values are the digits of the key `cell`, in the order of NAS-Bench-201's list.
public enum CellOperation: Int, Sendable {
  /// Nothing: the edge is not there.
  case none = 0
  /// The node as it is.
  case skip = 1
  /// Activation, 1 × 1 convolution, normalisation.
  case convolution1 = 2
  /// Activation, 3 × 3 convolution, normalisation.
  case convolution3 = 3
  /// The mean over 3 × 3 pixels.
  case averagePool = 4

  /// The side of the convolution's kernel; nil if there is none.
  public var kernel: Int? {
    switch self {
    case .convolution1: 1
    case .convolution3: 3
    case .none, .skip, .averagePool: nil
    }
  }
}

extension Architecture {
  /// The number of cells: six edges of five operations each.
  public static let cellCount = 15_625

  /// The edges of a cell as pairs of nodes, in the order of the digits of the key `cell`.
  ///
  /// Node 0 is what the cell reads, node 3 what it gives.
  public static let cellEdges: [(from: Int, to: Int)] = [
    (0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3),
  ]

  /// What the edges of a cell are.
  public var cellOperations: [CellOperation] {
    Self.digits(count(.cell), base: 5, count: Self.cellEdges.count)
      .map { CellOperation(rawValue: $0) ?? .none }
  }

  /// What each block of a network of chosen blocks is.
  public var blockChoices: [BlockChoice] {
    Self.digits(count(.choices), base: 3, count: stages.reduce(0) { $0 + $1.widths.count })
      .map { BlockChoice(rawValue: $0) ?? .skip }
  }

  /// The last digits of a number, the most significant first.
  private static func digits(_ number: Int, base: Int, count: Int) -> [Int] {
    var (rest, digits) = (number, [Int](repeating: 0, count: count))
    for place in digits.indices.reversed() {
      digits[place] = rest % base
      rest /= base
    }
    return digits
  }
}
