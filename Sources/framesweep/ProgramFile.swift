import Foundation

/// The file of this program.
enum ProgramFile {
  /// Its path; nil if the system does not tell.
  static var path: String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  }

  /// Its folder; nil if the system does not tell.
  static var folder: URL? {
    path.map { URL(filePath: $0).deletingLastPathComponent().standardizedFileURL }
  }
}
