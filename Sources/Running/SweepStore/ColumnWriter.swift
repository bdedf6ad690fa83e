internal import Digest
internal import HDF5

/// Writes one dataset of numbers block by block, and hashes it on the way.
final class ColumnWriter {
  let name: String
  let type: ElementType
  let shape: [Int]
  let dataset: Dataset
  /// The bytes of one row.
  let rowByteCount: Int
  private var hash = SHA256()
  private var bytes: [UInt8] = []
  private var blockRowCount = 0

  /// About how many bytes a chunk has.
  private static let chunkByteCount = 1 << 18

  /// Creates the dataset: contiguous with one dimension, else in compressed chunks of whole rows.
  init(
    _ name: String, _ type: ElementType, shape: [Int], in group: borrowing Group
  ) throws(HDF5Error) {
    self.name = name
    self.type = type
    self.shape = shape
    rowByteCount = shape.dropFirst().reduce(type.byteCount, *)
    var options = DatasetOptions()
    if shape.count > 1 {
      let rows = min(max(Self.chunkByteCount / rowByteCount, 1), shape[0])
      options = DatasetOptions(
        chunk: [rows] + shape.dropFirst(), shuffles: true, deflateLevel: 1)
    }
    dataset = try group.createDataset(name, type, shape: shape, options: options)
  }

  /// Starts a block: NaN in columns of floating-point numbers, a given integer in the others.
  func start(rowCount: Int, integer: Int8 = 0) {
    blockRowCount = rowCount
    let byteCount = rowCount * rowByteCount
    if bytes.count != byteCount { bytes = [UInt8](repeating: 0, count: byteCount) }
    unsafe bytes.withUnsafeMutableBytes { buffer in
      switch type {
      case .float64:
        let values = unsafe buffer.assumingMemoryBound(to: UInt64.self)
        unsafe values.update(repeating: canonicalNaN)
      case .float32:
        let values = unsafe buffer.assumingMemoryBound(to: UInt32.self)
        unsafe values.update(repeating: canonicalFloatNaN)
      case .int8, .uint8, .int32, .int64:
        // Every byte of 0 is 0, and every byte of −1 is 255.
        precondition(integer == 0 || integer == -1)
        unsafe buffer.assumingMemoryBound(to: Int8.self).update(repeating: integer)
      }
    }
  }

  /// Copies values to the beginning of a row of the block.
  func set(row: Int, _ source: [UInt8], _ range: Range<Int>) {
    precondition(row >= 0 && row < blockRowCount && range.count <= rowByteCount)
    unsafe bytes.withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[(row * rowByteCount)...])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
      }
    }
  }

  /// Sets the single value of a row of the block.
  func set<Element: HDF5Element>(row: Int, _ value: Element) {
    precondition(Element.elementType == type && rowByteCount == type.byteCount)
    precondition(row >= 0 && row < blockRowCount)
    unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe buffer.storeBytes(
        of: value, toByteOffset: row * type.byteCount, as: Element.self)
    }
  }

  /// Writes the whole of a dataset of one dimension.
  func write<Element: HDF5Element>(all values: [Element]) throws(HDF5Error) {
    start(rowCount: values.count)
    for (row, value) in values.enumerated() { set(row: row, value) }
    try write(from: 0)
  }

  /// Writes the block.
  func write(from firstRow: Int) throws(HDF5Error) {
    unifyNaN()
    hash.update(bytes)
    let rows = firstRow..<firstRow + blockRowCount
    let block = bytes
    try dataset.write(bytes: block.span, as: type, to: Hyperslab(rows: rows, of: shape))
  }

  /// Adds the finished dataset to a checksum.
  func finish(_ checksum: inout DataChecksum) {
    checksum.add(name: name, type: type.numpyName, shape: shape, data: hash.finish())
  }

  private func unifyNaN() {
    guard type == .float64 || type == .float32 else { return }
    unsafe bytes.withUnsafeMutableBytes { buffer in
      if type == .float64 {
        let values = unsafe buffer.assumingMemoryBound(to: UInt64.self)
        for index in values.indices where unsafe values[index] << 1 > 0xFFE0_0000_0000_0000 {
          unsafe values[index] = canonicalNaN
        }
      } else {
        let values = unsafe buffer.assumingMemoryBound(to: UInt32.self)
        for index in values.indices where unsafe values[index] << 1 > 0xFF00_0000 {
          unsafe values[index] = canonicalFloatNaN
        }
      }
    }
  }
}

/// The bits of every NaN in results files.
private let canonicalNaN: UInt64 = 0x7FF8_0000_0000_0000
private let canonicalFloatNaN: UInt32 = 0x7FC0_0000
