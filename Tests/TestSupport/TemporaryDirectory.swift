public import Foundation

/// A fresh directory that is removed, with what is in it, when the value ends.
public final class TemporaryDirectory: Sendable {
  /// Where the directory is.
  public let url: URL

  /// Makes a directory below the system's place for temporary files.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(
      path: "framesweep-tests-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of the directory itself, without a slash at its end.
  public var path: String { String(url.path(percentEncoded: false).dropLast()) }

  /// The path of a file in the directory; the file need not exist.
  public func path(_ name: String) -> String {
    url.appending(path: name).path(percentEncoded: false)
  }

  /// Writes a text into a file of the directory, and returns the file's path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: url.appending(path: name))
    return path(name)
  }
}
