internal import CHDF5
internal import Foundation

extension Dataset {
  /// Finds the other files that the values are read from, and makes sure that all of them are there.
  ///
  /// Where a source is missing the library silently reads fill values.
  ///
  /// - Parameter sources: gets the files, those of sources of sources included.
  ///
  /// **Throws**: `HDF5Error` that names what is missing: a file, a dataset in it, a part of it, or values
  /// that no source is given for.
  ///
  /// **Complexity**: opens every source once.
  public func noteSources(in sources: inout SourceFiles) throws(HDF5Error) {
    try noteSources(in: &sources, depth: 0)
    // The library keeps them open while it reads, and takes one that it cannot open for missing.
    if let limit = OpenFiles.shortage(for: sources.paths.count) {
      throw missing(
        "it takes values from \(sources.paths.count) files, and a process may have \(limit) open "
          + "(ulimit -n)")
    }
  }

  /// Virtual datasets that read one another are a circle, or nearly.
  private static let depthLimit = 16

  fileprivate func noteSources(in sources: inout SourceFiles, depth: Int) throws(HDF5Error) {
    guard depth <= Self.depthLimit else {
      throw missing("more than \(Self.depthLimit) virtual datasets read one another")
    }
    let id = handle.id
    let creation = Handle(
      owning: try check("H5Dget_create_plist", name) { H5Dget_create_plist(id) }, .propertyList)
    switch H5Pget_layout(creation.id) {
    case H5D_VIRTUAL: try noteVirtualSources(creation, in: &sources, depth: depth)
    case H5D_CONTIGUOUS: try noteRawFiles(creation, in: &sources)
    default: break
    }
  }

  private func missing(_ reason: String) -> HDF5Error {
    HDF5Error(operation: "finding all data", object: name, frames: [reason])
  }

  // MARK: - Bytes in other files

  private func noteRawFiles(
    _ creation: borrowing Handle, in sources: inout SourceFiles
  ) throws(HDF5Error) {
    let list = creation.id
    let count = try check("H5Pget_external_count", name) { H5Pget_external_count(list) }
    guard count > 0 else { return }
    let parent = try handle.fileName(name)
    var rest = try shape().reduce(try storedType().byteCount, *)
    for index in 0..<UInt32(count) where rest > 0 {
      var bytes = [CChar](repeating: 0, count: 4_097)
      var offset: Int64 = 0
      var size: hsize_t = 0
      try check("H5Pget_external", name) {
        unsafe CHDF5_external(list, index, &bytes, bytes.count - 1, &offset, &size)
      }
      let file = NamedFile(
        name: text(in: bytes.map { UInt8(bitPattern: $0) }[...]), parent: parent, purpose: .storage)
      let needed = min(Int(clamping: size), rest)
      for path in file.candidates {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let found = (attributes?[.size] as? NSNumber)?.intValue else {
          throw missing("its bytes are in \(path), which is not there")
        }
        guard found >= Int(offset) + needed else {
          throw missing(
            "its bytes are in \(path), which holds \(found) bytes and should hold "
              + "\(Int(offset) + needed)")
        }
        sources.note(path)
      }
      rest -= needed
    }
  }

  // MARK: - Virtual datasets

  private func noteVirtualSources(
    _ creation: borrowing Handle, in sources: inout SourceFiles, depth: Int
  ) throws(HDF5Error) {
    let list = creation.id
    let extents = try shape()
    var count = 0
    try check("H5Pget_virtual_count", name) { unsafe H5Pget_virtual_count(list, &count) }
    var covered = 0
    for index in 0..<count {
      let mapping = try Mapping(index, of: list, extents: extents, name)
      covered += mapping.elementCount
      for block in 0..<mapping.blockCount {
        try note(mapping, block: block, in: &sources, depth: depth)
      }
      try checkEnd(of: mapping)
    }
    let total = extents.reduce(1, *)
    guard covered >= total else {
      throw missing("\(total - covered) of its \(total) values have no source")
    }
  }

  private func note(
    _ mapping: borrowing Mapping, block: Int, in sources: inout SourceFiles, depth: Int
  ) throws(HDF5Error) {
    let path = Mapping.instance(mapping.path, block: block)
    let (file, title): (String?, String) =
      mapping.file == "."
      ? (nil, path)
      : {
        let file = Mapping.instance(mapping.file, block: block)
        return (file, "\(path) of \(file)")
      }()
    let id = handle.id
    let root: Group
    if let file {
      root = try NamedFile(
        name: file, parent: try handle.fileName(name), purpose: .virtualSource
      ).open(for: name, "it takes values from", noting: &sources).root()
    } else {
      root = Group(
        owning: try check("H5Gopen", name) { unsafe H5Gopen2(id, "/", CHDF5_DEFAULT()) }, name: "/")
    }
    guard let source = try root.dataset(at: path, noting: &sources) else {
      throw missing("it takes values from \(title), which is not there")
    }
    let shape = try source.shape()
    guard mapping.fits(shape) else {
      throw missing(
        "it takes values from \(title), which has the shape \(shape) and is too small for them")
    }
    try source.noteSources(in: &sources, depth: depth + 1)
  }

  /// Numbered sources end with the first that is missing: one behind it shows that it should be there.
  private func checkEnd(of mapping: borrowing Mapping) throws(HDF5Error) {
    guard mapping.isNumbered, mapping.file != "." else { return }
    let parent = try handle.fileName(name)
    func isThere(_ block: Int) -> Bool {
      NamedFile(
        name: Mapping.instance(mapping.file, block: block), parent: parent, purpose: .virtualSource
      ).candidates.contains { FileManager.default.fileExists(atPath: $0) }
    }
    let first = Mapping.instance(mapping.file, block: mapping.blockCount)
    guard first != mapping.file, !isThere(mapping.blockCount),
      let next = (1...Mapping.lookAhead).first(where: { isThere(mapping.blockCount + $0) })
    else { return }
    throw missing(
      "it takes values from \(first), which is not there, and from "
        + Mapping.instance(mapping.file, block: mapping.blockCount + next))
  }
}

/// A part of a virtual dataset and where its values are.
private struct Mapping: ~Copyable {
  /// So many numbered files are looked for behind the last one.
  static let lookAhead = 64

  /// The source's file, "." for the same one; `%b` in it stands for a number.
  let file: String
  /// The source's path in its file; `%b` in it stands for a number.
  let path: String
  /// What is read of the source.
  let source: Dataspace
  /// Whether the part is made of numbered sources.
  let isNumbered: Bool
  /// The number of sources.
  let blockCount: Int
  /// The number of values of the part, as large as the dataset is now.
  let elementCount: Int

  init(_ index: Int, of list: hid_t, extents: [Int], _ object: String) throws(HDF5Error) {
    let file = unsafe try text("H5Pget_virtual_filename", object) {
      unsafe H5Pget_virtual_filename(list, index, $0, $1)
    }
    let path = unsafe try text("H5Pget_virtual_dsetname", object) {
      unsafe H5Pget_virtual_dsetname(list, index, $0, $1)
    }
    let source = Dataspace(
      owning: try check("H5Pget_virtual_srcspace", object) { H5Pget_virtual_srcspace(list, index) })
    let target = Dataspace(
      owning: try check("H5Pget_virtual_vspace", object) { H5Pget_virtual_vspace(list, index) })
    let isNumbered =
      target.isUnlimited
      && (Self.instance(file, block: 0) != Self.instance(file, block: 1)
        || Self.instance(path, block: 0) != Self.instance(path, block: 1))
    let size = try target.selectionSize(within: extents, object)
    self.file = file
    self.path = path
    self.source = source
    self.isNumbered = isNumbered
    blockCount = isNumbered ? max(size.blocks, 1) : 1
    elementCount = size.elements
  }

  /// Whether a source of some shape has all that is read of it.
  func fits(_ shape: [Int]) -> Bool {
    // All of a source is noted without its shape.
    if H5Sget_select_type(source.handle.id) == H5S_SEL_ALL {
      return isNumbered || shape.reduce(1, *) == elementCount
    }
    return source.isUnlimited || source.selectionEnds(within: shape)
  }

  /// A name with the number of a source; `%%` stands for one sign.
  static func instance(_ name: String, block: Int) -> String {
    name.split(separator: "%%", omittingEmptySubsequences: false)
      .map { $0.replacing("%b", with: String(block)) }.joined(separator: "%")
  }
}

extension Dataspace {
  private static let unlimited = hsize_t.max

  /// Whether what is selected grows with the dataset.
  fileprivate var isUnlimited: Bool {
    hsize_t(bitPattern: H5Sget_select_npoints(handle.id)) == Self.unlimited
  }

  /// Whether a dataset is large enough for what is selected.
  fileprivate func selectionEnds(within shape: [Int]) -> Bool {
    let id = handle.id
    var (start, end) = (shape.map { _ in hsize_t(0) }, shape.map { _ in hsize_t(0) })
    guard Int(H5Sget_simple_extent_ndims(id)) == shape.count,
      unsafe H5Sget_select_bounds(id, &start, &end) >= 0
    else { return false }
    return zip(end, shape).allSatisfy { $0 < size($1) }
  }

  /// The number of elements that are selected in a dataset of some extents, and of the blocks along the
  /// dimension in which the selection grows.
  fileprivate func selectionSize(
    within extents: [Int], _ object: String
  ) throws(HDF5Error) -> (elements: Int, blocks: Int) {
    let id = handle.id
    guard isUnlimited else {
      return (Int(try check("H5Sget_select_npoints", object) { H5Sget_select_npoints(id) }), 1)
    }
    var (start, stride, count, block) = (
      extents.map { _ in hsize_t(0) }, extents.map { _ in hsize_t(0) },
      extents.map { _ in hsize_t(0) }, extents.map { _ in hsize_t(0) }
    )
    try check("H5Sget_regular_hyperslab", object) {
      unsafe H5Sget_regular_hyperslab(id, &start, &stride, &count, &block)
    }
    var (elements, blocks) = (1, 1)
    for (dimension, extent) in extents.enumerated() {
      let room = max(extent - Int(clamping: start[dimension]), 0)
      if count[dimension] == Self.unlimited {
        let (step, width) = (Int(clamping: stride[dimension]), Int(clamping: block[dimension]))
        blocks = (room + step - 1) / step
        elements *= (0..<blocks).reduce(0) { $0 + min(width, room - $1 * step) }
      } else if block[dimension] == Self.unlimited {
        elements *= room
      } else {
        elements *= Int(clamping: count[dimension]) * Int(clamping: block[dimension])
      }
    }
    return (elements, blocks)
  }
}
