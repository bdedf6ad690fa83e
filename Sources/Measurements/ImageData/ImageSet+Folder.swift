internal import Architectures
internal import Digest
internal import Foundation

extension ImageSet {
  /// Opens a folder of PNG and JPEG files.
  ///
  /// Classes are those of a CSV file, or folders in the folder, in the order of their names as bytes;
  /// without either, images have none. Every file is read once, for its digest, and decoded when its
  /// image is asked for. A set is grey if all pictures are; otherwise grey ones have three equal channels.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - name: what messages call it.
  ///   - labels: a CSV file with the header `file,label`, whose paths start at the folder, and what
  ///     messages call it; nil if folders are classes.
  ///   - preparation: what is done to every picture.
  ///
  /// **Throws**: `InputFileError`.
  ///
  /// **Complexity**: reads every file once, and keeps its path and its digest.
  public static func folder(
    _ path: String, name: String, labels: (path: String, name: String)? = nil,
    preparation: PicturePreparation = PicturePreparation()
  ) throws(InputFileError) -> ImageSet {
    let members =
      if let labels {
        try PictureMembers(csv: labels.path, name: labels.name)
      } else {
        try PictureMembers(folder: path, name: name)
      }
    var entries: [PictureFiles.Entry] = []
    var first: (name: String, width: Int, height: Int)?
    var hasColour = false
    var hash = SHA256()
    for (index, file) in members.files.enumerated() {
      let shown = "\(name)/\(file)"
      let bytes = try PictureFiles.contents(of: "\(path)/\(file)", name: shown)
      let header = try Picture.header(of: bytes, name: shown)
      let extents = try preparation.extents(of: header, name: shown)
      if let first, (first.width, first.height) != extents {
        throw InputFileError(
          path: name,
          problem: "\(first.name) has \(first.width) × \(first.height) pixels, and \(file) has "
            + "\(extents.width) × \(extents.height)",
          expected: "images of one size: resize: n and crop: n make them so")
      }
      first = first ?? (file, extents.width, extents.height)
      hasColour = hasColour || header.hasColour
      let digest = SHA256.hash(bytes)
      // A name has no zero byte, so no two sets have the same text.
      hash.update([UInt8](file.utf8) + [0])
      hash.update([UInt8]((members.labels.map { "\($0[index])" } ?? "").utf8) + [0])
      hash.update(digest.bytes)
      entries.append(.init(path: "\(path)/\(file)", name: shown, digest: digest))
    }
    guard let first else { preconditionFailure("members of a set are never empty") }
    guard first.width == first.height else {
      throw InputFileError(
        path: "\(name)/\(first.name)", problem: "it has \(first.width) × \(first.height) pixels",
        expected: "square images: crop: n cuts them from the middle")
    }
    return ImageSet(
      count: entries.count, shape: InputShape(channels: hasColour ? 3 : 1, size: first.width),
      digests: [hash.finish()], labels: members.labels,
      storage: .pictures(
        PictureFiles(
          folder: name, entries: entries, preparation: preparation, channels: hasColour ? 3 : 1)))
  }

  /// Makes sure that a folder of pictures has at least two classes.
  ///
  /// **Throws**: `InputFileError` if it has none, or one.
  public func withClasses() throws(InputFileError) -> ImageSet {
    guard case .pictures(let files) = storage else { return self }
    guard let first = labels?.first, labels?.contains(where: { $0 != first }) ?? false else {
      throw InputFileError(
        path: files.folder,
        problem: labels == nil ? "its pictures have no classes" : "all pictures are of one class",
        expected: "a folder for each class, or labels: file.csv with the header file,label")
    }
    return self
  }
}
