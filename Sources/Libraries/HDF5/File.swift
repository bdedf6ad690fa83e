internal import CHDF5

/// An open HDF5 file.
public struct File: ~Copyable {
  let handle: Handle
  /// The path that the file was opened by.
  public let name: String

  /// The version of the HDF5 library at hand, such as 1.10.8.
  public static var libraryVersion: String {
    CHDF5_prepare()
    var major: UInt32 = 0
    var minor: UInt32 = 0
    var release: UInt32 = 0
    _ = unsafe H5get_libversion(&major, &minor, &release)
    return "\(major).\(minor).\(release)"
  }

  /// Creates a file that must not exist yet, readable by HDF5 1.8 and later.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Fcreate`.
  public static func create(_ path: String) throws(HDF5Error) -> File {
    CHDF5_prepare()
    let creation = try PropertyList.fileCreation()
    let access = try PropertyList.fileAccess(making: true)
    let id = try check("H5Fcreate", path) {
      unsafe H5Fcreate(path, CHDF5_F_ACC_EXCL(), creation.handle.id, access.handle.id)
    }
    return File(handle: Handle(owning: id, .file), name: path)
  }

  /// Opens a file for reading.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Fopen`.
  public static func open(_ path: String) throws(HDF5Error) -> File {
    CHDF5_prepare()
    let access = try PropertyList.fileAccess(making: false)
    let id = try check("H5Fopen", path) {
      unsafe H5Fopen(path, CHDF5_F_ACC_RDONLY(), access.handle.id)
    }
    return File(handle: Handle(owning: id, .file), name: path)
  }

  /// The root group.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Gopen2`.
  public func root() throws(HDF5Error) -> Group {
    let id = handle.id
    let group = try check("H5Gopen", "/ of \(name)") {
      unsafe H5Gopen2(id, "/", CHDF5_DEFAULT())
    }
    return Group(owning: group, name: "/")
  }

  /// Writes everything out and ends; objects that are still open keep the file open.
  ///
  /// **Throws**: `HDF5Error`, for example where the disk is full. **Source**: `H5Fclose`.
  public consuming func close() throws(HDF5Error) {
    let id = handle.id
    let name = name
    try check("H5Fflush", name) { H5Fflush(id, H5F_SCOPE_LOCAL) }
    try handle.close(name)
  }
}
