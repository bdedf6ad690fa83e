internal import Glibc

/// The names in a folder, which are on the disk later than the files.
public enum FolderNames {
  /// Makes the names in a folder safe on disk.
  ///
  /// **Returns**: the number of the system's error if that failed; nil if it succeeded, and on systems
  /// that cannot do it.
  public static func synchronize(_ folder: String) -> Int32? {
    let file = unsafe open(folder, O_RDONLY | O_CLOEXEC)
    // Some folders may be written to and not be read.
    guard file >= 0 else { return nil }
    defer { close(file) }
    while fsync(file) != 0 {
      let number = errno
      if number == EINTR { continue }
      return isFailure(number) ? number : nil
    }
    return nil
  }

  /// Whether an error says that names may get lost, and not that the file system has no such call.
  static func isFailure(_ number: Int32) -> Bool {
    ![EINVAL, ENOTSUP, ENOSYS, EBADF, EROFS].contains(number)
  }
}
