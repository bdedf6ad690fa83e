internal import CHDF5

extension Dataset {
  /// Makes this one-dimensional dataset the coordinate of a named dimension.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5DSset_scale`.
  public func makeScale(of dimension: String) throws(HDF5Error) {
    let id = handle.id
    try check("H5DSset_scale", name) { unsafe H5DSset_scale(id, dimension) }
  }

  /// Gives one of this dataset's dimensions its coordinate.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5DSattach_scale`.
  public func attach(_ scale: borrowing Dataset, to dimension: Int) throws(HDF5Error) {
    let id = handle.id
    let other = scale.handle.id
    try check("H5DSattach_scale", name) { H5DSattach_scale(id, other, UInt32(dimension)) }
  }

  /// Whether the dataset is the coordinate of a dimension.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5DSis_scale`.
  public var isScale: Bool {
    get throws(HDF5Error) {
      let id = handle.id
      return try check("H5DSis_scale", name) { H5DSis_scale(id) } > 0
    }
  }

  /// Whether a scale is attached to one of this dataset's dimensions.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5DSis_attached`.
  public func isAttached(
    _ scale: borrowing Dataset, to dimension: Int
  ) throws(HDF5Error) -> Bool {
    let id = handle.id
    let other = scale.handle.id
    return try check("H5DSis_attached", name) {
      H5DSis_attached(id, other, UInt32(dimension))
    } > 0
  }
}
