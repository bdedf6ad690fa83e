import Foundation

/// The file of this program.
enum ProgramFile {
  /// Its folder; nil if the system does not tell.
  static var folder: URL? {
    let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return path.map { URL(filePath: $0).deletingLastPathComponent().standardizedFileURL }
  }
}
