internal import CHDF5
internal import Foundation
internal import Glibc

/// The files that numbers are read from, beside the file that was opened.
///
/// External links lead to them, virtual datasets take their values from them, and datasets may keep
/// their bytes in them.
public struct SourceFiles: Sendable, Equatable {
  /// Each file once, by a path that opens it, in the order in which they were found.
  public private(set) var paths: [String] = []
  private var known: Set<String> = []

  /// No files.
  public init() {}

  /// The files that are not among others.
  public func without(_ others: Set<String>) -> SourceFiles {
    var rest = SourceFiles()
    for path in paths where !others.contains(path) { rest.note(path) }
    return rest
  }

  mutating func note(_ path: String) {
    if known.insert(path).inserted { paths.append(path) }
  }
}

/// A file that is named in another one.
struct NamedFile {
  /// Where the library looks besides, by what the name is for.
  enum Purpose: String {
    case link = "HDF5_EXT_PREFIX"
    case virtualSource = "HDF5_VDS_PREFIX"
    case storage = "HDF5_EXTFILE_PREFIX"
  }

  /// The name as it is written.
  let name: String
  /// The path by which the other file was opened.
  let parent: String
  let purpose: Purpose

  /// The paths where the library looks, in its order.
  var candidates: [String] {
    let parentFolder = Self.folder(of: parent)
    let prefixes = (ProcessInfo.processInfo.environment[purpose.rawValue] ?? "")
      .replacing("${ORIGIN}", with: parentFolder.isEmpty ? "." : parentFolder)
    guard purpose != .storage else {
      if name.hasPrefix("/") { return [name] }
      let folder = prefixes.isEmpty || prefixes == "." ? Self.currentFolder : prefixes
      return [Self.join(folder, name)]
    }
    // An absolute path that leads nowhere is searched for by its last name.
    let isAbsolute = name.hasPrefix("/")
    let tail = isAbsolute ? String(name.split(separator: "/").last ?? "") : name
    var paths = isAbsolute ? [name] : []
    paths += prefixes.split(separator: ":").map { Self.join(String($0), tail) }
    paths.append(Self.join(parentFolder, tail))
    paths.append(Self.join(Self.currentFolder, tail))
    let target = URL(filePath: parent).resolvingSymlinksInPath().path(percentEncoded: false)
    paths.append(Self.join(Self.folder(of: target), tail))
    return paths
  }

  /// Opens the first HDF5 file among the candidates.
  ///
  /// - Parameters:
  ///   - object: what names the file, for messages.
  ///   - role: what it is to the object, such as "its external link leads to".
  ///   - sources: gets the path of the file.
  ///
  /// **Throws**: `HDF5Error` that names the file if there is none.
  func open(
    for object: String, _ role: String, noting sources: inout SourceFiles
  ) throws(HDF5Error) -> File {
    for path in candidates where File.isHDF5(path) {
      let file = try File.open(path)
      sources.note(path)
      return file
    }
    let found = candidates.first { FileManager.default.fileExists(atPath: $0) }
    let problem =
      found.map {
        FileManager.default.isReadableFile(atPath: $0) ? "is not an HDF5 file" : "may not be read"
      } ?? "is not there"
    throw HDF5Error(
      operation: "finding all data", object: object, frames: ["\(role) \(name), which \(problem)"])
  }

  private static var currentFolder: String { FileManager.default.currentDirectoryPath }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}

/// The files that a process may have open.
enum OpenFiles {
  /// What may be opened meanwhile for other reasons.
  private static let reserve = 32

  /// Makes sure that so many files can be opened at one time besides those that are.
  ///
  /// **Returns**: the number that may be open, if it is too small; nil otherwise.
  static func shortage(for count: Int) -> Int? {
    guard count > 0 else { return nil }
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 256
    let needed = rlim_t(count + open + reserve)
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur < needed
    else { return nil }
    guard limit.rlim_max >= needed else { return Int(clamping: limit.rlim_max) }
    limit.rlim_cur = needed
    return unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
      ? nil : Int(clamping: limit.rlim_cur)
  }
}

extension File {
  /// Whether a path leads to an HDF5 file, which may begin behind a block of other bytes, as files of
  /// MATLAB do.
  ///
  /// **Source**: `H5Fis_hdf5`.
  public static func isHDF5(_ path: String) -> Bool {
    let result = try? check("H5Fis_hdf5", path) { unsafe H5Fis_hdf5(path) }
    return (result ?? 0) > 0
  }
}
