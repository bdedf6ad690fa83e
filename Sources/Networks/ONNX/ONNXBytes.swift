public import Digest
internal import Foundation
internal import Glibc

/// All bytes of an ONNX file and of the files beside it that hold its weights.
///
/// One rank reads them, and others get them as they are.
public struct ONNXBytes: Hashable, Sendable {
  /// The file's path, as it was given.
  public let name: String
  /// The bytes of the file itself.
  public let main: [UInt8]
  /// The bytes of the files with external data, by the path that the file gives for them.
  public let external: [String: [UInt8]]

  /// Collects bytes that are known.
  public init(name: String, main: [UInt8], external: [String: [UInt8]] = [:]) {
    self.name = name
    self.main = main
    self.external = external
  }

  /// Reads a file, and those beside it that it names.
  ///
  /// A path in the file may not lead out of the file's folder. A symbolic link inside the folder may:
  /// it was put there by whoever owns the folder.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - name: what messages call it.
  ///
  /// **Throws**: `ONNXError` if one of the files cannot be read, or if the first is not ONNX.
  public init(path: String, name: String) throws(ONNXError) {
    let main = try Self.contents(of: path, file: name, place: nil)
    let folder = URL(filePath: path).deletingLastPathComponent().relativePath
    var external: [String: [UInt8]] = [:]
    do throws(ONNXError) {
      for location in try ModelRecord(main[...]).externalLocations {
        external[location] = try Self.contents(
          of: "\(folder)/\(location)", file: name, place: "external data '\(location)'")
      }
    } catch {
      throw error.inFile(name)
    }
    self.init(name: name, main: main, external: external)
  }

  /// The number of all bytes.
  public var byteCount: Int { external.values.reduce(main.count) { $0 + $1.count } }

  /// The identity of the file: the SHA-256 of its bytes, or, if others beside it belong to it, that of
  /// the digests of all of them, the file's own first, the others by their names.
  public var digest: Digest256 {
    let own = SHA256.hash(main)
    guard !external.isEmpty else { return own }
    var hash = SHA256()
    hash.update(own.bytes)
    for (_, bytes) in external.sorted(by: { $0.key < $1.key }) {
      hash.update(SHA256.hash(bytes).bytes)
    }
    return hash.finalize()
  }

  /// The bytes of a regular file: a pipe or a device would be read for ever.
  private static func contents(
    of path: String, file: String, place: String?
  ) throws(ONNXError) -> [UInt8] {
    func failure(_ problem: String) -> ONNXError {
      ONNXError(file: file, place: place, problem: problem, expected: "a file that can be read")
    }
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw failure(errno == ENOENT ? "there is no such file" : "it cannot be read: \(reason())")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw failure("it cannot be read: \(reason())")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw failure(status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is no regular file")
    }
    let size = Int(status.st_size)
    var number: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = unsafe read(
          descriptor, buffer.baseAddress.map { unsafe $0 + count }, size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { number = errno }
        guard got > 0 else { break }
        count += got
      }
    }
    guard number == 0 else { throw failure("it cannot be read: \(reason(number))") }
    guard bytes.count == size else { throw failure("it became shorter while it was read") }
    return bytes
  }

  private static func reason(_ number: Int32 = errno) -> String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }
}
