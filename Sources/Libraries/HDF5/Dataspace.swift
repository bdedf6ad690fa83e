internal import CHDF5

/// A rectangular part of a dataset: a start and a count per dimension.
public struct Hyperslab: Sendable, Equatable {
  /// The first index in each dimension.
  public let start: [Int]
  /// The number of indices in each dimension.
  public let count: [Int]

  /// Selects `count` indices from `start` on.
  public init(start: [Int], count: [Int]) {
    precondition(start.count == count.count, "start and count have one number per dimension")
    self.start = start
    self.count = count
  }

  /// Selects rows, that is, indices of the first dimension, and all of the others.
  public init(rows: Range<Int>, of shape: [Int]) {
    precondition(!shape.isEmpty, "a scalar has no rows")
    self.init(
      start: [rows.lowerBound] + shape.dropFirst().map { _ in 0 },
      count: [rows.count] + shape.dropFirst())
  }

  /// The number of elements.
  public var elementCount: Int { count.reduce(1, *) }
}

/// The extent of a dataset or an attribute, with what is selected of it.
struct Dataspace: ~Copyable {
  let handle: Handle

  init(owning id: hid_t) { handle = Handle(owning: id, .dataspace) }

  /// Extents in row-major order; none for a scalar.
  init(shape: [Int]) throws(HDF5Error) {
    let extents = shape.map { size($0) }
    let id = try check("H5Screate", "extents \(shape)") {
      extents.isEmpty
        ? H5Screate(H5S_SCALAR)
        : unsafe H5Screate_simple(Int32(extents.count), extents, nil)
    }
    handle = Handle(owning: id, .dataspace)
  }

  /// The extents in row-major order.
  func shape(_ object: @autoclosure () -> String) throws(HDF5Error) -> [Int] {
    let id = handle.id
    let rank = try check("H5Sget_simple_extent_ndims", object()) { H5Sget_simple_extent_ndims(id) }
    guard rank > 0 else { return [] }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    try check("H5Sget_simple_extent_dims", object()) {
      unsafe H5Sget_simple_extent_dims(id, &extents, nil)
    }
    return extents.map { Int(clamping: $0) }
  }

  /// Selects a part.
  func select(_ part: Hyperslab, _ object: @autoclosure () -> String) throws(HDF5Error) {
    let id = handle.id
    let start = part.start.map { size($0) }
    let count = part.count.map { size($0) }
    try check("H5Sselect_hyperslab", object()) {
      unsafe H5Sselect_hyperslab(id, H5S_SELECT_SET, start, nil, count, nil)
    }
  }
}
