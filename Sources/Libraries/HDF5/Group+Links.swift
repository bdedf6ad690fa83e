internal import CHDF5

extension Group {
  /// Opens a dataset, whatever links lead to it.
  ///
  /// - Parameters:
  ///   - path: names with slashes between them, from this group on.
  ///   - sources: gets the other files that the links lead through.
  ///
  /// **Returns**: nil if there is no dataset of this name.
  ///
  /// **Throws**: `HDF5Error`, also if a link on the way leads nowhere.
  public func dataset(
    at path: String, noting sources: inout SourceFiles
  ) throws(HDF5Error) -> Dataset? {
    guard let object = try followed(path, noting: &sources),
      try object.type(path) == H5I_DATASET
    else { return nil }
    return Dataset(owning: object.released(), name: self.path(of: path))
  }

  /// Opens a group, whatever links lead to it; an empty path is this group.
  ///
  /// **Returns**: nil if there is no group of this name.
  ///
  /// **Throws**: `HDF5Error`, also if a link on the way leads nowhere.
  public func group(
    at path: String, noting sources: inout SourceFiles
  ) throws(HDF5Error) -> Group? {
    guard let object = try followed(path, noting: &sources), try object.type(path) == H5I_GROUP
    else { return nil }
    return Group(owning: object.released(), name: path.isEmpty ? name : self.path(of: path))
  }

  /// The library itself follows no more links than these, one behind the other.
  private static let linkLimit = 16

  /// Follows names link by link, as the library does, so that every file on the way is seen.
  private func followed(
    _ path: String, noting sources: inout SourceFiles
  ) throws(HDF5Error) -> Handle? {
    let title = self.path(of: path)
    let start = handle.id
    var here = Handle(
      owning: try check("H5Oopen", title) { unsafe H5Oopen(start, ".", CHDF5_DEFAULT()) }, .object)
    var steps = path.split(separator: "/").map(String.init)[...]
    var lead: String?
    var linkCount = 0
    while let step = steps.popFirst() {
      if step == "." { continue }
      let link = try here.type(title) == H5I_GROUP ? here.link(step, title) : nil
      guard let link else {
        guard let lead else { return nil }
        throw Self.broken(title, "\(lead), which is not there")
      }
      if case .hard = link {
      } else {
        linkCount += 1
        guard linkCount <= Self.linkLimit else {
          throw Self.broken(title, "more than \(Self.linkLimit) links lead to one another")
        }
      }
      switch link {
      case .hard: here = try here.member(step, title)
      case .soft(let target):
        if lead == nil { lead = "the soft link \(step) leads to \(target)" }
        if target.hasPrefix("/") { here = try here.member("/", title) }
        steps = (target.split(separator: "/").map(String.init) + steps)[...]
      case .external(let name, let target):
        let file = try NamedFile(name: name, parent: try here.fileName(title), purpose: .link)
          .open(for: title, "the external link \(step) leads to", noting: &sources)
        lead = "the external link \(step) leads to \(target) of \(name)"
        let id = file.handle.id
        here = Handle(
          owning: try check("H5Oopen", title) { unsafe H5Oopen(id, "/", CHDF5_DEFAULT()) }, .object)
        steps = (target.split(separator: "/").map(String.init) + steps)[...]
      case .other:
        throw Self.broken(
          title, "\(step) is a link of a kind that only the program that made it knows")
      }
    }
    return here
  }

  private static func broken(_ object: String, _ reason: String) -> HDF5Error {
    HDF5Error(operation: "finding all data", object: object, frames: [reason])
  }
}

/// What a name in a group is.
enum Link {
  /// The object itself.
  case hard
  /// A path in the same file.
  case soft(String)
  /// A path in another file.
  case external(file: String, path: String)
  /// What another program has defined.
  case other
}

extension Handle {
  /// What the identifier stands for.
  func type(_ object: @autoclosure () -> String) throws(HDF5Error) -> H5I_type_t {
    let id = id
    return H5I_type_t(try check("H5Iget_type", object()) { H5Iget_type(id).rawValue })
  }

  /// The path by which the file was opened that an object is in.
  func fileName(_ object: @autoclosure () -> String) throws(HDF5Error) -> String {
    let id = id
    return unsafe try text("H5Fget_name", object()) { unsafe H5Fget_name(id, $0, $1) }
  }

  /// Opens a member, or the root group of the file.
  func member(_ name: String, _ object: @autoclosure () -> String) throws(HDF5Error) -> Handle {
    let id = id
    return Handle(
      owning: try check("H5Oopen", object()) { unsafe H5Oopen(id, name, CHDF5_DEFAULT()) }, .object)
  }

  /// What a name in a group is; nil if there is none.
  func link(_ name: String, _ object: @autoclosure () -> String) throws(HDF5Error) -> Link? {
    let id = id
    let exists = try check("H5Lexists", object()) { unsafe H5Lexists(id, name, CHDF5_DEFAULT()) }
    guard exists > 0 else { return nil }
    var type = H5L_TYPE_ERROR
    var length = 0
    try check("H5Lget_info", object()) { unsafe CHDF5_link(id, name, &type, &length) }
    if type == H5L_TYPE_HARD { return .hard }
    guard type == H5L_TYPE_SOFT || type == H5L_TYPE_EXTERNAL else { return .other }
    var bytes = [UInt8](repeating: 0, count: length + 1)
    try check("H5Lget_val", object()) {
      unsafe H5Lget_val(id, name, &bytes, length, CHDF5_DEFAULT())
    }
    guard type == H5L_TYPE_EXTERNAL else { return .soft(HDF5.text(in: bytes[...])) }
    // A byte of flags, the file and the path, each with a NUL behind it.
    let file = HDF5.text(in: bytes.dropFirst())
    return .external(file: file, path: HDF5.text(in: bytes.dropFirst(file.utf8.count + 2)))
  }
}

/// A text that the library writes into room for it; asked without room it says how long the text is.
func text(
  _ operation: StaticString, _ object: @autoclosure () -> String,
  _ call: (UnsafeMutablePointer<CChar>?, Int) -> Int
) throws(HDF5Error) -> String {
  let length = try check(operation, object()) { call(nil, 0) }
  var bytes = [UInt8](repeating: 0, count: length + 1)
  var span = bytes.mutableSpan
  try unsafe span.withUnsafeMutableBytes { buffer throws(HDF5Error) in
    let start = unsafe buffer.assumingMemoryBound(to: CChar.self).baseAddress
    try check(operation, object()) { unsafe call(start, length + 1) }
  }
  return text(in: bytes[...])
}
