internal import Foundation

/// What names of files say, most of it without a look at the disk.
public enum PathName {
  /// The path of what a text in a file of some folder names.
  ///
  /// - Parameters:
  ///   - name: the name; an absolute one stays.
  ///   - folder: the folder that others start from; empty for the working folder.
  public static func resolved(_ name: String, in folder: String) -> String {
    name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)"
  }

  /// The path before a path's last slash, always shorter; `.` and `/` stay.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path from the root, without dots; links stay as they are.
  public static func absolute(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
  }

  /// The path from the working folder if it leads below that, else the path itself.
  public static func fromHere(_ path: String) -> String {
    let folder = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
  }

  /// The path from the root without links and dots; if nothing is there, that of its folder counts.
  ///
  /// **Source**: `realpath`.
  public static func real(_ path: String) -> String {
    let whole = resolved(path, in: FileManager.default.currentDirectoryPath)
    if let found = found(whole) { return found }
    let url = URL(filePath: whole)
    let folder = found(url.deletingLastPathComponent().path(percentEncoded: false))
    return folder.map { "\($0)/\(url.lastPathComponent)" } ?? whole
  }

  private static func found(_ path: String) -> String? {
    guard let name = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(name) }
    return unsafe String(cString: name)
  }
}
