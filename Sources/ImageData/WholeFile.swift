internal import Foundation
internal import Glibc

/// Files that appear under their name all at once.
enum WholeFile {
  /// The name under which a file is written before it is whole.
  static func temporaryPath(besides path: String) -> String { path + ".partial" }

  /// Whether a name stands for something.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Writes a file and its folder; what had the file's name before is replaced in one step.
  ///
  /// The bytes are safe on disk before the file has its name. What a killed process left of the
  /// same file is replaced.
  ///
  /// - Parameters:
  ///   - bytes: the contents.
  ///   - path: the file.
  ///   - name: what messages call it.
  ///
  /// **Throws**: `InputFileError` with the system's reason; the file is then what it was.
  static func write(
    _ bytes: [UInt8], to path: String, name: String
  ) throws(InputFileError) {
    let folder = URL(filePath: path).deletingLastPathComponent().relativePath
    try makeFolder(folder, of: name)
    let temporary = temporaryPath(besides: path)
    _ = unsafe unlink(temporary)
    do throws(InputFileError) {
      try fill(temporary, with: bytes, name)
      guard unsafe rename(temporary, path) == 0 else { throw failure(name) }
    } catch {
      _ = unsafe unlink(temporary)
      throw error
    }
    synchronizeFolder(folder)
  }

  private static func makeFolder(_ folder: String, of name: String) throws(InputFileError) {
    var path = folder.hasPrefix("/") ? "/" : ""
    for part in folder.split(separator: "/") {
      path += path.isEmpty || path == "/" ? "\(part)" : "/\(part)"
      guard unsafe mkdir(path, 0o777) != 0, errno != EEXIST else { continue }
      // Ranks make the same folder at the same time, and some parents may be looked through only.
      let number = errno
      guard unsafe access(path, X_OK) != 0 else { continue }
      throw failure(name, "its folder \(path) cannot be made", number)
    }
  }

  private static func fill(
    _ path: String, with bytes: [UInt8], _ name: String
  ) throws(InputFileError) {
    let file = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw failure(name) }
    defer { close(file) }
    try unsafe bytes.span.withUnsafeBytes { buffer throws(InputFileError) in
      var done = 0
      while done < buffer.count {
        let count = unsafe Glibc.write(
          file, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
        guard count > 0 || count < 0 && errno == EINTR else { throw failure(name) }
        done += max(count, 0)
      }
    }
    while fsync(file) != 0 {
      guard errno == EINTR else { throw failure(name) }
    }
  }

  /// Makes the names in a folder safe on disk; systems that cannot are left alone.
  private static func synchronizeFolder(_ path: String) {
    let folder = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    _ = fsync(folder)
    close(folder)
  }

  private static func failure(
    _ name: String, _ problem: String = "it cannot be written", _ number: Int32 = errno
  ) -> InputFileError {
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return InputFileError(
      path: name, problem: "\(problem): \(reason)",
      expected: "a folder that can be written to, with room")
  }
}
