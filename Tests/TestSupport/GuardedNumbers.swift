/// Numbers between two zones that a computation must leave as they are.
public struct GuardedNumbers {
  private var memory: [Float]
  private let count: Int

  private static let zone = 4_096
  /// A NaN with a pattern of its own: what reads it spoils its result, what writes it is seen.
  private static let pattern: UInt32 = 0x7FDA_5A5A

  /// Puts numbers between two zones.
  public init(_ numbers: [Float]) {
    count = numbers.count
    let zone = [Float](repeating: Float(bitPattern: Self.pattern), count: Self.zone)
    memory = zone + numbers + zone
  }

  /// The numbers.
  public var numbers: [Float] { Array(memory[Self.zone..<Self.zone + count]) }

  /// Whether the zones are as they were.
  public var isIntact: Bool {
    (memory[..<Self.zone] + memory[(Self.zone + count)...]).allSatisfy {
      $0.bitPattern == Self.pattern
    }
  }

  /// Lends the numbers; what lies beside them is seen later.
  public mutating func withNumbers<Result>(
    _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    try unsafe memory.withUnsafeMutableBufferPointer { memory in
      guard let start = memory.baseAddress else { preconditionFailure("memory without zones") }
      return try unsafe body(start + Self.zone)
    }
  }
}
