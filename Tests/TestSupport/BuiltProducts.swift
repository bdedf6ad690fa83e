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

  /// Why a test has no program to start.
  public static let missing = """
    the release build of the program is missing or older than the tests: \
    swift build -c release --product NAME
    """

  /// The path of the release build of a program of this package; nil if there is none, or if it is
  /// older than the debug build that belongs to the tests.
  ///
  /// Programs that tests start are release builds, since debug builds compute tens of times longer.
  public static func executable(_ name: String) -> String? {
    let release = folder.deletingLastPathComponent().appending(path: "release/\(name)")
    let path = release.path(percentEncoded: false)
    guard FileManager.default.isExecutableFile(atPath: path), let built = date(release) else {
      return nil
    }
    guard let debug = date(folder.appending(path: name)) else { return path }
    return built >= debug ? path : nil
  }

  private static func date(_ file: URL) -> Date? {
    try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
  }
}

/// The path of a program that the search path names; nil if there is none.
public func installedExecutable(_ name: String) -> String? {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return folders.map { "\($0)/\(name)" }.first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}
