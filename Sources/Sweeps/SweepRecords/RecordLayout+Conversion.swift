extension RecordLayout {
  /// The values of a point as they lie in the records of another sweep, laid out for this one.
  ///
  /// Sweeps that measure alike still differ in the most layers of any point. What this layout has room
  /// for beyond the other's values is what a column holds where nothing was measured: NaN, or 0; what
  /// it has no room for belongs to layers that the point does not have.
  ///
  /// - Parameters:
  ///   - values: a record's values in the other layout, whole.
  ///   - draws: the draws that they hold.
  ///   - other: the other layout.
  public func converting(_ values: [UInt8], draws: Int, from other: RecordLayout) -> [UInt8] {
    if extents == other.extents, columns.map(\.id) == other.columns.map(\.id) { return values }
    var converted = RecordValues(layout: self, draws: draws).bytes
    let starts = offsets(draws: draws)
    let otherStarts = other.offsets(draws: draws)
    precondition(values.count == otherStarts[otherStarts.count - 1], "the values are of no record")
    for (place, column) in columns.enumerated() {
      guard let otherPlace = other.place(of: column.id),
        other.columns[otherPlace].type == column.type
      else { continue }
      Self.copy(
        values, from: otherStarts[otherPlace], other.shape(of: column, draws: draws)[...],
        to: &converted, at: starts[place], shape(of: column, draws: draws)[...],
        column.type.byteCount)
    }
    return converted
  }

  /// The extents of a point's values in a column.
  private func shape(of column: Column, draws: Int) -> [Int] {
    column.dimensions.filter { $0 != .point }.map { $0 == .draw ? draws : extents[$0] }
  }

  /// Copies the part that two arrays share, both in C order.
  private static func copy(
    _ source: [UInt8], from start: Int, _ shape: ArraySlice<Int>,
    to target: inout [UInt8], at targetStart: Int, _ targetShape: ArraySlice<Int>, _ size: Int
  ) {
    let count = shape.reduce(size, *)
    guard shape != targetShape else {
      target.replaceSubrange(
        targetStart..<targetStart + count, with: source[start..<start + count])
      return
    }
    guard let extent = shape.first, let targetExtent = targetShape.first else { return }
    let stride = shape.dropFirst().reduce(size, *)
    let targetStride = targetShape.dropFirst().reduce(size, *)
    for index in 0..<min(extent, targetExtent) {
      copy(
        source, from: start + index * stride, shape.dropFirst(), to: &target,
        at: targetStart + index * targetStride, targetShape.dropFirst(), size)
    }
  }
}
