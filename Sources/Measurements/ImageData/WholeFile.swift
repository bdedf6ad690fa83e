internal import Foundation
internal import Glibc
internal import Paths

/// Files that appear under their name all at once.
enum WholeFile {
  /// Whether a name stands for something.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Writes a file and its folder; what had the file's name before is replaced in one step.
  ///
  /// The bytes are safe on disk before the file has its name. Several may write the same file at the
  /// same time, such as a rank that was taken for lost and the one that repeats its point: each writes
  /// under a name that nobody else has, and the last one's file stays.
  ///
  /// - Parameters:
  ///   - bytes: the contents.
  ///   - path: the file.
  ///   - name: what messages call it.
  ///   - willRename: called with the path of the whole file before it gets its name.
  ///
  /// **Throws**: `InputFileError` with the system's reason; the file is then what it was.
  static func write(
    _ bytes: [UInt8], to path: String, name: String, willRename: (String) -> Void = { _ in }
  ) throws(InputFileError) {
    let folder = URL(filePath: path).deletingLastPathComponent().relativePath
    try makeFolder(folder, of: name)
    for attempt in 1... {
      let temporary = temporaryPath(in: folder)
      do throws(InputFileError) {
        try fill(temporary, with: bytes, name)
        willRename(temporary)
        if unsafe rename(temporary, path) == 0 { break }
        // A run that ends takes all such names for leftovers: anew.
        guard errno == ENOENT, attempt < attemptLimit else { throw failure(name) }
      } catch {
        _ = unsafe unlink(temporary)
        throw error
      }
    }
    if let number = FolderNames.synchronize(folder) {
      throw failure(name, "its name cannot be made safe on disk", number)
    }
  }

  /// Removes what killed processes left of files in a folder; what cannot be removed stays.
  ///
  /// It does not harm who is writing there.
  static func removeLeftovers(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      _ = unsafe unlink("\(folder)/\(name)")
    }
  }

  private static let prefix = ".framesweep-"
  private static let suffix = ".partial"
  private static let attemptLimit = 3

  /// A name that no file has had.
  private static func temporaryPath(in folder: String) -> String {
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    return "\(folder)/\(prefix)\(number)\(suffix)"
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

  private static func failure(
    _ name: String, _ problem: String = "it cannot be written", _ number: Int32 = errno
  ) -> InputFileError {
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return InputFileError(
      path: name, problem: "\(problem): \(reason)",
      expected: "a folder that can be written to, with room")
  }
}
