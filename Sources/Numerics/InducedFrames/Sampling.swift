/// How the positions of a block column and of a block row meet, in one of the two dimensions.
///
/// A layer of stride s ties a coarse grid of ⌈P/s⌉ positions to a fine one of P: tap t of the coarse
/// position y lies on the fine position s·y + t modulo P. Kernels are square and the same in both
/// dimensions, so one value describes both. As s·y < P for every coarse y, a fine position and a tap
/// belong to at most one coarse position.
public struct Sampling: Hashable, Sendable {
  /// Whether the column's grid is the fine one, as for the operator Bᵀ that analyses what it reads.
  public let columnIsFine: Bool
  /// The side f of the kernel; taps run from −⌊(f − 1)/2⌋ to ⌊f/2⌋.
  public let kernel: Int
  /// The stride s.
  public let stride: Int
  /// The number of positions of the column's grid.
  public let columnSize: Int
  /// The number of positions of the row's grid.
  public let rowSize: Int

  /// The sampling of an operator that keeps positions as they are.
  static func identity(size: Int) -> Self {
    Self(columnIsFine: false, kernel: 1, stride: 1, columnSize: size, rowSize: size)
  }

  /// The taps, centred where the kernel is odd.
  var taps: ClosedRange<Int> { -Self.centre(kernel: kernel)...kernel / 2 }

  /// The place of tap 0 in a kernel.
  static func centre(kernel: Int) -> Int { (kernel - 1) / 2 }

  /// The row position that a tap ties to a column position.
  func row(column: Int, tap: Int) -> Int? {
    columnIsFine
      ? coarse(fine: column, tap: tap, size: columnSize)
      : fine(coarse: column, tap: tap, size: rowSize)
  }

  /// The column position that a tap ties to a row position.
  func column(row: Int, tap: Int) -> Int? {
    columnIsFine
      ? fine(coarse: row, tap: tap, size: columnSize)
      : coarse(fine: row, tap: tap, size: rowSize)
  }

  private func fine(coarse: Int, tap: Int, size: Int) -> Int {
    Self.modulo(stride * coarse + tap, size)
  }

  private func coarse(fine: Int, tap: Int, size: Int) -> Int? {
    let start = Self.modulo(fine - tap, size)
    return start.isMultiple(of: stride) ? start / stride : nil
  }

  private static func modulo(_ value: Int, _ size: Int) -> Int {
    let rest = value % size
    return rest < 0 ? rest + size : rest
  }
}
