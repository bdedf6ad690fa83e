internal import Digest

/// The root attribute `data_sha256`: a checksum of every dataset of the root group.
///
/// It is the SHA-256 over, names sorted, `name NUL dtype NUL shape NUL` and the 32 bytes of the
/// SHA-256 of the little-endian data; dtype as NumPy calls it, the shape in decimal with commas.
struct DataChecksum {
  private var parts: [(name: String, bytes: [UInt8])] = []

  /// Adds a dataset.
  mutating func add(name: String, type: String, shape: [Int], data: Digest256) {
    let sizes = shape.map(String.init).joined(separator: ",")
    parts.append((name, Array("\(name)\0\(type)\0\(sizes)\0".utf8) + data.bytes))
  }

  /// The checksum in hexadecimal.
  var hexadecimal: String {
    var hash = SHA256()
    let sorted = parts.sorted { Array($0.name.utf8).lexicographicallyPrecedes($1.name.utf8) }
    for part in sorted { hash.update(part.bytes) }
    return hash.finalize().hexadecimal
  }
}
