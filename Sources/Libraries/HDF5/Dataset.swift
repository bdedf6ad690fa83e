internal import CHDF5

/// An array of numbers or texts in a file.
public struct Dataset: ~Copyable, HDF5Object {
  let handle: Handle
  /// The path within the file.
  public let name: String

  init(owning id: hid_t, name: String) {
    handle = Handle(owning: id, .dataset)
    self.name = name
  }

  /// The identifier, valid as long as the dataset is.
  public var objectID: ObjectID { ObjectID(raw: handle.id) }

  /// The extents in row-major order; empty for a scalar.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dget_space`.
  public func shape() throws(HDF5Error) -> [Int] { try space().shape(name) }

  /// The type of the stored numbers; nil for text and types that the project does not use.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dget_type`.
  public func elementType() throws(HDF5Error) -> ElementType? {
    ElementType(of: try storedType())
  }

  /// What its elements are, as messages name it: float16, text or compound values.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dget_type`.
  public func elementSummary() throws(HDF5Error) -> String { try storedType().summary }

  /// Whether it holds text.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dget_type`.
  public func holdsText() throws(HDF5Error) -> Bool { try storedType().isText }

  /// Writes a part, or everything, in row-major order.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dwrite`.
  public func write<Element: HDF5Element>(
    _ elements: borrowing Span<Element>, to part: Hyperslab? = nil
  ) throws(HDF5Error) {
    try unsafe elements.withUnsafeBytes { buffer throws(HDF5Error) in
      try unsafe write(buffer, as: Element.elementType, to: part)
    }
  }

  /// Writes a part, or everything, in row-major order.
  public func write<Element: HDF5Element>(
    _ elements: [Element], to part: Hyperslab? = nil
  ) throws(HDF5Error) {
    try write(elements.span, to: part)
  }

  /// Writes elements of a type that is known at run time, in the machine's byte order.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dwrite`.
  public func write(
    bytes: borrowing Span<UInt8>, as type: ElementType, to part: Hyperslab? = nil
  ) throws(HDF5Error) {
    try unsafe bytes.withUnsafeBytes { buffer throws(HDF5Error) in
      try unsafe write(buffer, as: type, to: part)
    }
  }

  /// Reads a part, or everything, into memory that has exactly its size.
  ///
  /// The library converts numbers of another type.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dread`.
  public func read<Element: HDF5Element>(
    into elements: inout MutableSpan<Element>, from part: Hyperslab? = nil
  ) throws(HDF5Error) {
    try unsafe elements.withUnsafeMutableBytes { buffer throws(HDF5Error) in
      try unsafe read(buffer, as: Element.elementType, from: part)
    }
  }

  /// Reads a part, or everything, in row-major order.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dread`.
  public func read<Element: HDF5Element>(
    _ type: Element.Type, from part: Hyperslab? = nil
  ) throws(HDF5Error) -> [Element] {
    let count = try elementCount(part)
    var elements = [Element](repeating: .zero, count: count)
    var span = elements.mutableSpan
    try read(into: &span, from: part)
    return elements
  }

  /// Reads numbers of a type that is known at run time, in the machine's byte order.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dread`.
  public func readBytes(
    as type: ElementType, from part: Hyperslab? = nil
  ) throws(HDF5Error) -> [UInt8] {
    let count = try elementCount(part)
    var bytes = [UInt8](repeating: 0, count: count * type.byteCount)
    var span = bytes.mutableSpan
    try unsafe span.withUnsafeMutableBytes { buffer throws(HDF5Error) in
      try unsafe read(buffer, as: type, from: part)
    }
    return bytes
  }

  private func write(
    _ buffer: UnsafeRawBufferPointer, as type: ElementType, to part: Hyperslab?
  ) throws(HDF5Error) {
    let id = handle.id
    let spaces = try selection(part)
    precondition(
      buffer.count == spaces.elementCount * type.byteCount,
      "\(buffer.count) bytes are not \(spaces.elementCount) elements of \(name)")
    let memory = spaces.memory.handle.id
    let file = spaces.file.handle.id
    try check("H5Dwrite", name) {
      unsafe H5Dwrite(id, type.native, memory, file, CHDF5_DEFAULT(), buffer.baseAddress)
    }
  }

  private func read(
    _ buffer: UnsafeMutableRawBufferPointer, as type: ElementType, from part: Hyperslab?
  ) throws(HDF5Error) {
    let id = handle.id
    let spaces = try selection(part)
    precondition(
      buffer.count == spaces.elementCount * type.byteCount,
      "\(buffer.count) bytes are not \(spaces.elementCount) elements of \(name)")
    let memory = spaces.memory.handle.id
    let file = spaces.file.handle.id
    try check("H5Dread", name) {
      unsafe H5Dread(id, type.native, memory, file, CHDF5_DEFAULT(), buffer.baseAddress)
    }
  }
}

extension Dataset {
  /// The two sides of a transfer.
  struct Selection: ~Copyable {
    let file: Dataspace
    let memory: Dataspace
    let elementCount: Int
  }

  /// Selects a part, or everything, of the file and as many elements in memory.
  func selection(_ part: Hyperslab?) throws(HDF5Error) -> Selection {
    let file = try space()
    let shape = try file.shape(name)
    guard let part else {
      return Selection(
        file: file, memory: try Dataspace(shape: shape), elementCount: shape.reduce(1, *))
    }
    precondition(part.start.count == shape.count, "\(name) has \(shape.count) dimensions")
    try file.select(part, name)
    return Selection(
      file: file, memory: try Dataspace(shape: [part.elementCount]),
      elementCount: part.elementCount)
  }

  private func elementCount(_ part: Hyperslab?) throws(HDF5Error) -> Int {
    guard let part else { return try shape().reduce(1, *) }
    return part.elementCount
  }

  func space() throws(HDF5Error) -> Dataspace {
    let id = handle.id
    return Dataspace(owning: try check("H5Dget_space", name) { H5Dget_space(id) })
  }

  func storedType() throws(HDF5Error) -> Datatype {
    let id = handle.id
    return Datatype(owning: try check("H5Dget_type", name) { H5Dget_type(id) })
  }
}
