internal import CHDF5

/// Files with what other programs write and framesweep only reads: links, virtual datasets, bytes in
/// other files, half precision.
///
/// Each function opens a file, or makes it, adds one thing and closes it.
public enum HDF5Fixture {
  /// A call of the library that failed.
  public struct Failure: Error {
    let call: String
  }

  /// Adds a name that stands for a path in the same file.
  public static func softLink(_ name: String, to target: String, in path: String) throws {
    try change(path) { file in
      try check("H5Lcreate_soft") {
        unsafe H5Lcreate_soft(target, file, name, CHDF5_DEFAULT(), CHDF5_DEFAULT())
      }
    }
  }

  /// Adds a name that stands for a path in another file.
  public static func externalLink(
    _ name: String, to target: String, of other: String, in path: String
  ) throws {
    try change(path) { file in
      try check("H5Lcreate_external") {
        unsafe H5Lcreate_external(other, target, file, name, CHDF5_DEFAULT(), CHDF5_DEFAULT())
      }
    }
  }

  /// Rows of a virtual dataset, and the dataset that they are the first rows of.
  public struct Part {
    let rows: Range<Int>
    let dataset: String
    let file: String

    /// Takes rows from another dataset; "." is the same file.
    public init(_ rows: Range<Int>, from dataset: String, of file: String) {
      self.rows = rows
      self.dataset = dataset
      self.file = file
    }
  }

  /// Adds a dataset of float64 whose rows are those of other datasets.
  public static func virtualDataset(
    _ name: String, shape: [Int], _ parts: [Part], in path: String
  ) throws {
    try change(path) { file in
      let creation = try check("H5Pcreate") { H5Pcreate(CHDF5_P_DATASET_CREATE()) }
      defer { H5Pclose(creation) }
      let space = try space(shape)
      defer { H5Sclose(space) }
      for part in parts {
        let extents = [part.rows.count] + shape.dropFirst()
        let source = try self.space(extents)
        defer { H5Sclose(source) }
        try select([part.rows.lowerBound] + shape.dropFirst().map { _ in 0 }, extents, of: space)
        try check("H5Pset_virtual") {
          unsafe H5Pset_virtual(creation, space, part.file, part.dataset, source)
        }
      }
      try create(name, CHDF5_T_IEEE_F64LE(), space, creation, in: file)
    }
  }

  /// Adds a dataset of float64 that is as long as there are files, each of which has a block of rows.
  ///
  /// - Parameters:
  ///   - name: the dataset's name.
  ///   - block: the shape of each file's dataset.
  ///   - dataset: the name of each file's dataset.
  ///   - pattern: the files' name, `%b` standing for 0, 1, …
  ///   - path: the file.
  public static func numberedDataset(
    _ name: String, block: [Int], from dataset: String, of pattern: String, in path: String
  ) throws {
    try change(path) { file in
      let creation = try check("H5Pcreate") { H5Pcreate(CHDF5_P_DATASET_CREATE()) }
      defer { H5Pclose(creation) }
      let extents = block.map { hsize_t($0) }
      let largest = [hsize_t.max] + extents.dropFirst()
      let space = try check("H5Screate_simple") {
        unsafe H5Screate_simple(Int32(block.count), extents, largest)
      }
      defer { H5Sclose(space) }
      let zeros = extents.map { _ in hsize_t(0) }
      let count = [hsize_t.max] + extents.dropFirst().map { _ in hsize_t(1) }
      try check("H5Sselect_hyperslab") {
        unsafe H5Sselect_hyperslab(space, H5S_SELECT_SET, zeros, extents, count, extents)
      }
      let source = try self.space(block)
      defer { H5Sclose(source) }
      try check("H5Pset_virtual") {
        unsafe H5Pset_virtual(creation, space, pattern, dataset, source)
      }
      try create(name, CHDF5_T_IEEE_F64LE(), space, creation, in: file)
    }
  }

  /// Adds a dataset of float64 whose bytes are in another file, which this does not write.
  public static func rawDataset(
    _ name: String, shape: [Int], bytesIn other: String, in path: String
  ) throws {
    try change(path) { file in
      let creation = try check("H5Pcreate") { H5Pcreate(CHDF5_P_DATASET_CREATE()) }
      defer { H5Pclose(creation) }
      let byteCount = shape.reduce(8, *)
      try check("H5Pset_external") {
        unsafe H5Pset_external(creation, other, 0, hsize_t(byteCount))
      }
      let space = try space(shape)
      defer { H5Sclose(space) }
      try create(name, CHDF5_T_IEEE_F64LE(), space, creation, in: file)
    }
  }

  /// Adds a dataset of float16; names with slashes make their groups.
  public static func halfDataset(
    _ name: String, shape: [Int], _ values: [Double], in path: String
  ) throws {
    try change(path) { file in
      let type = try check("H5Tcopy") { H5Tcopy(CHDF5_T_IEEE_F32LE()) }
      defer { H5Tclose(type) }
      try check("H5Tset_fields") { H5Tset_fields(type, 15, 10, 5, 0, 10) }
      try check("H5Tset_size") { H5Tset_size(type, 2) }
      try check("H5Tset_ebias") { H5Tset_ebias(type, 15) }
      let space = try space(shape)
      defer { H5Sclose(space) }
      let dataset = try create(name, type, space, CHDF5_DEFAULT(), in: file, closes: false)
      defer { H5Dclose(dataset) }
      try check("H5Dwrite") {
        unsafe H5Dwrite(
          dataset, CHDF5_T_NATIVE_DOUBLE(), space, space, CHDF5_DEFAULT(), values)
      }
    }
  }

  private static func change(_ path: String, _ body: (hid_t) throws -> Void) throws {
    CHDF5_prepare()
    var file = unsafe H5Fopen(path, 1, CHDF5_DEFAULT())
    if file < 0 {
      file = try check("H5Fcreate") {
        unsafe H5Fcreate(path, CHDF5_F_ACC_EXCL(), CHDF5_DEFAULT(), CHDF5_DEFAULT())
      }
    }
    defer { H5Fclose(file) }
    try body(file)
  }

  private static func space(_ shape: [Int]) throws -> hid_t {
    try check("H5Screate_simple") {
      unsafe H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil)
    }
  }

  private static func select(_ start: [Int], _ count: [Int], of space: hid_t) throws {
    try check("H5Sselect_hyperslab") {
      unsafe H5Sselect_hyperslab(
        space, H5S_SELECT_SET, start.map { hsize_t($0) }, nil, count.map { hsize_t($0) }, nil)
    }
  }

  @discardableResult
  private static func create(
    _ name: String, _ type: hid_t, _ space: hid_t, _ creation: hid_t, in file: hid_t,
    closes: Bool = true
  ) throws -> hid_t {
    let links = try check("H5Pcreate") { H5Pcreate(CHDF5_P_LINK_CREATE()) }
    defer { H5Pclose(links) }
    try check("H5Pset_create_intermediate_group") { H5Pset_create_intermediate_group(links, 1) }
    let dataset = try check("H5Dcreate") {
      unsafe H5Dcreate2(file, name, type, space, links, creation, CHDF5_DEFAULT())
    }
    if closes { H5Dclose(dataset) }
    return dataset
  }

  @discardableResult
  private static func check<Result: SignedInteger>(
    _ call: String, _ body: () -> Result
  ) throws -> Result {
    let result = body()
    guard result >= 0 else { throw Failure(call: call) }
    return result
  }
}
