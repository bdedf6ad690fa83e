public import Foundation

/// The programs of this package, as built for the tests.
public enum BuiltProducts {
  /// The folder that the tests were built into.
  public static let folder: URL = {
    let link = "/proc/self/exe"
    let tests =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: link))
      ?? CommandLine.arguments[0]
    return URL(filePath: tests).deletingLastPathComponent()
  }()

  /// The path of a program of this package; nil if it was not built.
  public static func executable(_ name: String) -> String? {
    let path = folder.appending(path: name).path(percentEncoded: false)
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }
}

/// The path of a program that the search path names; nil if there is none.
public func installedExecutable(_ name: String) -> String? {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return folders.map { "\($0)/\(name)" }.first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}
