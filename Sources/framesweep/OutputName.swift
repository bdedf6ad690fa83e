import ArgumentParser

/// Names for results files on the command line.
enum OutputName {
  /// Endings of other kinds of files, none of which anybody gives to an HDF5 file.
  private static let others: Set<String> = [
    "arrow", "bin", "csv", "dat", "feather", "json", "log", "npy", "npz", "onnx", "parquet", "pdf",
    "pickle", "pkl", "png", "pt", "pth", "safetensors", "sqlite", "svg", "tar", "tsv", "txt", "xls",
    "xlsx", "xml", "yaml", "yml", "zip",
  ]

  /// Refuses a name that no results file can have, or that is one of another kind of file.
  ///
  /// **Throws**: `ValidationError`.
  static func check(_ name: String) throws {
    guard !name.isEmpty, !name.hasSuffix("/") else {
      throw ValidationError("--output is '\(name)', expected the name of a file")
    }
    let file = name.split(separator: "/").last ?? ""
    guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return }
    let ending = file[file.index(after: dot)...].lowercased()
    guard others.contains(ending) else { return }
    var stem = name.dropLast(ending.count + 1)
    if stem.hasSuffix(".h5") { stem.removeLast(3) }
    let tables = ["csv", "json", "tsv", "txt", "xls", "xlsx"].contains(ending)
    throw ValidationError(
      "--output is '\(name)', and results files are HDF5: did you mean '\(stem).h5'?"
        + (tables ? " inspect with --csv or --json then prints tables" : ""))
  }
}
