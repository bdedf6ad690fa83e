internal import Digest
internal import Foundation
internal import Gzip

/// A whole file of bytes.
struct FileBytes {
  /// The contents, decompressed.
  let data: Data
  /// The SHA-256 of the file as it is.
  let digest: Digest256

  /// Maps a file into memory; one that is compressed is decompressed.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - name: what messages call it.
  ///   - expected: what the file should be.
  init(_ path: String, name: String, expected: String) throws(InputFileError) {
    let data = try Self.contents(of: path, name: name, expected: expected)
    digest = Self.digest(of: data)
    guard Gzip.isCompressed([UInt8](data.prefix(2))) else {
      self.data = data
      return
    }
    do throws(GzipError) {
      self.data = Data(try Gzip.decompress([UInt8](data)))
    } catch {
      throw InputFileError(path: name, problem: error.description, expected: expected)
    }
  }

  /// The bytes of a file, mapped.
  static func contents(
    of path: String, name: String, expected: String
  ) throws(InputFileError) -> Data {
    do {
      return try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
    } catch {
      var isFolder = ObjCBool(false)
      let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      let reason =
        isFolder.boolValue
        ? "it is a folder" : exists ? "it cannot be read" : "there is no such file"
      throw InputFileError(path: name, problem: reason, expected: expected)
    }
  }

  /// The SHA-256 of bytes.
  static func digest(of data: Data) -> Digest256 {
    var hash = SHA256()
    for start in stride(from: 0, to: data.count, by: 1 << 22) {
      hash.update([UInt8](data[start..<min(start + 1 << 22, data.count)]))
    }
    return hash.finish()
  }

  /// A big-endian integer of 32 bits.
  func bigEndian(at offset: Int) -> Int {
    data[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
  }
}
