internal import CHDF5

extension Dataset {
  /// Writes texts to a part, or everything; what follows a NUL within a text is lost.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dwrite`.
  public func write(texts: [String], to part: Hyperslab? = nil) throws(HDF5Error) {
    let id = handle.id
    let spaces = try selection(part)
    precondition(
      texts.count == spaces.elementCount,
      "\(texts.count) texts are not the \(spaces.elementCount) of \(name)")
    let type = try Datatype.text()
    let native = type.handle.id
    let memory = spaces.memory.handle.id
    let file = spaces.file.handle.id
    let object = name
    try unsafe withTextPointers(texts) { pointers throws(HDF5Error) in
      try check("H5Dwrite", object) {
        unsafe H5Dwrite(id, native, memory, file, CHDF5_DEFAULT(), pointers.baseAddress)
      }
    }
  }

  /// Reads the texts of a part, or all of them, whether of any or of a fixed length.
  ///
  /// **Throws**: `HDF5Error`, also where the dataset holds numbers. **Source**: `H5Dread`.
  public func readTexts(from part: Hyperslab? = nil) throws(HDF5Error) -> [String] {
    let type = try storedType()
    guard type.isText else {
      throw HDF5Error(operation: "reading text", object: name, frames: ["it holds no text"])
    }
    let id = handle.id
    let native = type.handle.id
    let spaces = try selection(part)
    let memory = spaces.memory.handle.id
    let file = spaces.file.handle.id
    guard type.isVariableText else {
      let width = type.byteCount
      var bytes = [UInt8](repeating: 0, count: spaces.elementCount * width)
      try check("H5Dread", name) {
        unsafe H5Dread(id, native, memory, file, CHDF5_DEFAULT(), &bytes)
      }
      return (0..<spaces.elementCount).map { text(in: bytes[$0 * width..<($0 + 1) * width]) }
    }
    var pointers = unsafe [UnsafeMutablePointer<CChar>?](
      repeating: nil, count: spaces.elementCount)
    try check("H5Dread", name) {
      unsafe H5Dread(id, native, memory, file, CHDF5_DEFAULT(), &pointers)
    }
    defer { _ = unsafe H5Dvlen_reclaim(native, memory, CHDF5_DEFAULT(), &pointers) }
    return unsafe pointers.map { pointer in
      unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
  }
}

/// The text of a field of fixed length, which a NUL may end early.
func text(in field: ArraySlice<UInt8>) -> String {
  String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
}

/// Lends texts as an array of C strings, which lie one behind the other in one buffer.
func withTextPointers(
  _ texts: [String],
  _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) throws(HDF5Error) -> Void
) throws(HDF5Error) {
  var bytes: [UInt8] = []
  var offsets: [Int] = []
  offsets.reserveCapacity(texts.count)
  for text in texts {
    offsets.append(bytes.count)
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
  }
  try unsafe bytes.span.withUnsafeBytes { buffer throws(HDF5Error) in
    let start = unsafe buffer.assumingMemoryBound(to: CChar.self).baseAddress
    let pointers = unsafe offsets.map { offset in unsafe start.map { unsafe $0 + offset } }
    try unsafe pointers.span.withUnsafeBufferPointer { list throws(HDF5Error) in
      try unsafe body(list)
    }
  }
}
