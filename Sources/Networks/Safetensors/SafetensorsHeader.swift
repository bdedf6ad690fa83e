/// What a safetensors file holds, without the numbers.
///
/// **Source**: the format's description in the repository huggingface/safetensors: eight bytes with the
/// length of a JSON header, the header, and the tensors' bytes, little-endian, without gaps.
public struct SafetensorsHeader: Hashable, Sendable {
  /// A tensor.
  public struct Entry: Hashable, Sendable {
    /// The name, such as `layer1.0.conv1.weight`.
    public let name: String
    /// The name of the type of its elements, such as `F32`.
    public let type: String
    /// The extents, row-major.
    public let shape: [Int]
    /// Where its bytes lie in the file.
    public let bytes: Range<Int>

    /// Whether its elements are numbers in floating point, which can be read.
    public var holdsNumbers: Bool { ElementType(rawValue: type) != nil }
  }

  /// The tensors in the order of their bytes in the file.
  public let entries: [Entry]
  /// What the writer noted, such as `format: pt`.
  public let metadata: [String: String]

  /// The longest header that is read; that of the format's own library.
  private static let longestHeader = 100_000_000

  /// The length of the header with its own length in front, of which the first eight bytes are enough.
  ///
  /// **Throws**: `SafetensorsError` if the file is too small for it.
  public static func byteCount(
    _ start: ArraySlice<UInt8>, fileBytes: Int
  ) throws(SafetensorsError) -> Int {
    guard start.count >= 8, fileBytes >= 10 else {
      throw SafetensorsError(
        "it holds \(fileBytes) bytes", expected: "a safetensors file, which has at least 10")
    }
    let length = start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(longestHeader, fileBytes - 8)) else {
      throw .header("claims \(length) bytes, and the file holds \(fileBytes)")
    }
    return Int(length) + 8
  }

  /// Reads a header, and compares its claims with the size of the file.
  ///
  /// - Parameters:
  ///   - start: the file up to the end of its header, or more.
  ///   - fileBytes: the size of the file.
  ///
  /// **Throws**: `SafetensorsError`.
  public init(_ start: ArraySlice<UInt8>, fileBytes: Int) throws(SafetensorsError) {
    let byteCount = try Self.byteCount(start, fileBytes: fileBytes)
    guard start.count >= byteCount else { throw .header("is cut off") }
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    var reader = HeaderReader(start.prefix(byteCount).dropFirst(8))
    try reader.object { reader, name throws(SafetensorsError) in
      guard name != "__metadata__" else {
        try reader.object { reader, key throws(SafetensorsError) in
          metadata[key] = try reader.text()
        }
        return
      }
      entries.append(try Self.entry(name, &reader, behind: byteCount, fileBytes))
    }
    guard reader.isAtEnd else { throw .header("has text behind its end") }
    entries.sort {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    var end = byteCount
    for entry in entries {
      guard entry.bytes.lowerBound == end else {
        throw .header("leaves a gap or an overlap before '\(entry.name)'")
      }
      end = entry.bytes.upperBound
    }
    guard end == fileBytes else {
      throw .header("names \(end) bytes, and the file holds \(fileBytes)")
    }
    (self.entries, self.metadata) = (entries, metadata)
  }

  private static func entry(
    _ name: String, _ reader: inout HeaderReader, behind start: Int, _ fileBytes: Int
  ) throws(SafetensorsError) -> Entry {
    var (type, shape, offsets): (String?, [Int]?, [Int]?)
    try reader.object { reader, key throws(SafetensorsError) in
      switch key {
      case "dtype": type = try reader.text()
      case "shape": shape = try reader.numbers()
      case "data_offsets": offsets = try reader.numbers()
      default: throw .header("has '\(key)' in '\(name)'")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw .header("lacks the type, the shape or the place of '\(name)'")
    }
    guard offsets[0] <= offsets[1], offsets[1] <= fileBytes - start else {
      throw .header("puts '\(name)' outside of the file")
    }
    if let size = ElementType.byteCounts[type] {
      var byteCount = size
      for extent in shape {
        let (product, isLarge) = byteCount.multipliedReportingOverflow(by: extent)
        guard !isLarge else { throw .header("gives '\(name)' a shape beyond 64 bits") }
        byteCount = product
      }
      guard byteCount == offsets[1] - offsets[0] else {
        throw .header(
          "gives '\(name)' \(offsets[1] - offsets[0]) bytes, and its shape and type \(byteCount)")
      }
    }
    return Entry(
      name: name, type: type, shape: shape, bytes: start + offsets[0]..<start + offsets[1])
  }
}
