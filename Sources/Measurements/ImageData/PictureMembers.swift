internal import Foundation

/// The files of a data set of pictures, with their classes.
struct PictureMembers: Equatable {
  /// Paths that start at the folder, in the order of the images; at least one.
  let files: [String]
  /// The class of each; nil if there are none.
  let labels: [Int]?

  /// Lists a folder: its pictures, or those of the folders in it, which are classes.
  ///
  /// Names that begin with a dot and files of other kinds are passed over, but pictures of other formats
  /// are not: a set without them would be another one.
  ///
  /// **Throws**: `InputFileError`.
  init(folder: String, name: String) throws(InputFileError) {
    let members = try Self.list(folder, name)
    if !members.files.isEmpty {
      for inner in members.folders {
        let others = try Self.list("\(folder)/\(inner)", "\(name)/\(inner)")
        guard others.files.isEmpty else {
          throw InputFileError(
            path: name,
            problem: "it has pictures (\(members.files[0])) and folders of them (\(inner))",
            expected: "pictures, or folders of which each is a class")
        }
      }
      (files, labels) = (members.files, nil)
      return
    }
    var (files, labels): ([String], [Int]) = ([], [])
    for (index, inner) in members.folders.enumerated() {
      let shown = "\(name)/\(inner)"
      let found = try Self.list("\(folder)/\(inner)", shown)
      guard !found.files.isEmpty else {
        throw InputFileError(
          path: shown, problem: "it holds no PNG or JPEG file",
          expected: "pictures in every folder, because each is a class")
      }
      files += found.files.map { "\(inner)/\($0)" }
      labels += Array(repeating: index, count: found.files.count)
    }
    guard !files.isEmpty else {
      throw InputFileError(
        path: name, problem: "it holds no PNG or JPEG file",
        expected: "pictures, or folders of which each is a class")
    }
    (self.files, self.labels) = (files, labels)
  }

  private static func list(
    _ folder: String, _ name: String
  ) throws(InputFileError) -> (files: [String], folders: [String]) {
    guard let members = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      let exists = FileManager.default.fileExists(atPath: folder)
      throw InputFileError(
        path: name, problem: exists ? "it is not a folder that can be read" : "there is none",
        expected: "a folder of PNG or JPEG files")
    }
    var (files, folders): ([String], [String]) = ([], [])
    // Text is compared by its bytes, so the order is the same in every language.
    for member in members.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    where !member.hasPrefix(".") {
      var isFolder = ObjCBool(false)
      _ = unsafe FileManager.default.fileExists(
        atPath: "\(folder)/\(member)", isDirectory: &isFolder)
      let ending = member.split(separator: ".").last?.lowercased() ?? ""
      if isFolder.boolValue {
        folders.append(member)
      } else if ["png", "jpg", "jpeg"].contains(ending) {
        files.append(member)
      } else if otherFormats.contains(ending) {
        throw InputFileError(
          path: "\(name)/\(member)", problem: "it is a picture of another format",
          expected: "PNG or JPEG")
      }
    }
    return (files, folders)
  }

  private static let otherFormats: Set = [
    "avif", "bmp", "gif", "heic", "jp2", "pgm", "ppm", "tif", "tiff", "webp",
  ]
}
