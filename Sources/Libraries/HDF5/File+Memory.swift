internal import CHDF5

extension File {
  /// Creates a file that exists in memory only; `bytes()` is what it would be on a disk.
  ///
  /// - Parameter name: what messages call it.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Pset_fapl_core`.
  public static func createInMemory(name: String) throws(HDF5Error) -> File {
    let creation = try PropertyList.fileCreation()
    let access = try PropertyList.fileAccess(making: true)
    let list = access.handle.id
    try check("H5Pset_fapl_core", name) { H5Pset_fapl_core(list, 1 << 16, false) }
    let id = try check("H5Fcreate", name) {
      unsafe H5Fcreate(name, CHDF5_F_ACC_EXCL(), creation.handle.id, list)
    }
    return File(handle: Handle(owning: id, .file), name: name)
  }

  /// The bytes of a file in memory; all of its objects must be closed.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Fget_file_image`.
  public borrowing func bytes() throws(HDF5Error) -> [UInt8] {
    let (id, name) = (handle.id, name)
    try check("H5Fflush", name) { H5Fflush(id, H5F_SCOPE_LOCAL) }
    let count = try check("H5Fget_file_image", name) { H5Fget_file_image(id, nil, 0) }
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    try unsafe span.withUnsafeMutableBytes { buffer throws(HDF5Error) in
      _ = try check("H5Fget_file_image", name) {
        unsafe H5Fget_file_image(id, buffer.baseAddress, buffer.count)
      }
    }
    return bytes
  }
}
