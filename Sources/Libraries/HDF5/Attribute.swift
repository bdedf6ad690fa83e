internal import CHDF5

/// A small value that belongs to a group or a dataset.
struct Attribute: ~Copyable {
  let handle: Handle
  let name: String

  private init(owning id: hid_t, name: String) {
    handle = Handle(owning: id, .attribute)
    self.name = name
  }

  /// Makes a new attribute.
  init(
    creating name: String, on object: ObjectID, at path: String, type: hid_t, shape: [Int]
  ) throws(HDF5Error) {
    let title = "\(name) of \(path)"
    let space = try Dataspace(shape: shape)
    let extent = space.handle.id
    let id = try check("H5Acreate", title) {
      unsafe H5Acreate2(object.raw, name, type, extent, CHDF5_DEFAULT(), CHDF5_DEFAULT())
    }
    self.init(owning: id, name: title)
  }

  /// Opens an attribute that is there.
  init(opening name: String, on object: ObjectID, at path: String) throws(HDF5Error) {
    let title = "\(name) of \(path)"
    let id = try check("H5Aopen", title) { unsafe H5Aopen(object.raw, name, CHDF5_DEFAULT()) }
    self.init(owning: id, name: title)
  }

  func write(_ pointer: UnsafeRawPointer?, type: hid_t) throws(HDF5Error) {
    let id = handle.id
    try check("H5Awrite", name) { unsafe H5Awrite(id, type, pointer) }
  }

  func read(_ pointer: UnsafeMutableRawPointer?, type: hid_t) throws(HDF5Error) {
    let id = handle.id
    try check("H5Aread", name) { unsafe H5Aread(id, type, pointer) }
  }

  func elementCount() throws(HDF5Error) -> Int {
    let id = handle.id
    let space = Dataspace(owning: try check("H5Aget_space", name) { H5Aget_space(id) })
    return try space.shape(name).reduce(1, *)
  }

  func storedType() throws(HDF5Error) -> Datatype {
    let id = handle.id
    return Datatype(owning: try check("H5Aget_type", name) { H5Aget_type(id) })
  }
}

extension HDF5Object where Self: ~Copyable {
  /// Whether there is an attribute of this name.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Aexists`.
  public func hasAttribute(_ attribute: String) throws(HDF5Error) -> Bool {
    let id = objectID.raw
    return try check("H5Aexists", name) { unsafe H5Aexists(id, attribute) } > 0
  }

  /// Adds one text in UTF-8.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Awrite`.
  public func setAttribute(_ attribute: String, _ text: String) throws(HDF5Error) {
    let type = try Datatype.text()
    let native = type.handle.id
    let new = try Attribute(creating: attribute, on: objectID, at: name, type: native, shape: [])
    try unsafe withTextPointers([text]) { pointers throws(HDF5Error) in
      try unsafe new.write(UnsafeRawPointer(pointers.baseAddress), type: native)
    }
  }

  /// Adds one number.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Awrite`.
  public func setAttribute<Element: HDF5Element>(
    _ attribute: String, _ value: Element
  ) throws(HDF5Error) {
    try setAttribute(attribute, [value], shape: [])
  }

  /// Adds a list of numbers.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Awrite`.
  public func setAttribute<Element: HDF5Element>(
    _ attribute: String, _ values: [Element]
  ) throws(HDF5Error) {
    try setAttribute(attribute, values, shape: [values.count])
  }

  /// The text of an attribute.
  ///
  /// **Throws**: `HDF5Error`, also where it is no text. **Source**: `H5Aread`.
  public func textAttribute(_ attribute: String) throws(HDF5Error) -> String {
    let old = try Attribute(opening: attribute, on: objectID, at: name)
    let type = try old.storedType()
    guard type.isText, try old.elementCount() == 1 else {
      throw HDF5Error(operation: "reading text", object: old.name, frames: ["it is no single text"])
    }
    guard type.isVariableText else {
      var bytes = [UInt8](repeating: 0, count: type.byteCount)
      try unsafe old.read(&bytes, type: type.handle.id)
      return text(in: bytes[...])
    }
    var pointer: UnsafeMutablePointer<CChar>?
    unsafe try old.read(&pointer, type: type.handle.id)
    guard let start = unsafe pointer else { return "" }
    defer { _ = unsafe H5free_memory(start) }
    return unsafe String(cString: start)
  }

  /// The numbers of an attribute.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Aread`.
  public func attribute<Element: HDF5Element>(
    _ attribute: String, as type: Element.Type
  ) throws(HDF5Error) -> [Element] {
    let old = try Attribute(opening: attribute, on: objectID, at: name)
    var values = [Element](repeating: .zero, count: try old.elementCount())
    var span = values.mutableSpan
    try unsafe span.withUnsafeMutableBytes { buffer throws(HDF5Error) in
      try unsafe old.read(buffer.baseAddress, type: Element.elementType.native)
    }
    return values
  }

  private func setAttribute<Element: HDF5Element>(
    _ attribute: String, _ values: [Element], shape: [Int]
  ) throws(HDF5Error) {
    let new = try Attribute(
      creating: attribute, on: objectID, at: name, type: Element.elementType.stored, shape: shape)
    try unsafe values.span.withUnsafeBytes { buffer throws(HDF5Error) in
      try unsafe new.write(buffer.baseAddress, type: Element.elementType.native)
    }
  }
}
