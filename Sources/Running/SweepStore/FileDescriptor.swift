internal import Glibc
internal import Paths

/// An open file, its calls retried where a signal interrupts them.
struct FileDescriptor: ~Copyable {
  /// How a file is opened.
  enum Mode {
    /// For reading.
    case read
    /// For reading and writing.
    case update
    /// For reading and writing, as a file that was not there.
    case create
  }

  let raw: Int32
  let path: String

  private init(raw: Int32, path: String) {
    self.raw = raw
    self.path = path
  }

  /// Opens a file.
  static func open(_ path: String, _ mode: Mode) throws(StoreError) -> FileDescriptor {
    let flags =
      switch mode {
      case .read: O_RDONLY
      case .update: O_RDWR
      case .create: O_RDWR | O_CREAT | O_EXCL
      }
    let raw = retried { unsafe Glibc.open(path, flags | O_CLOEXEC, 0o666) }
    guard raw >= 0 else {
      let kind: StoreError.Kind =
        errno == EEXIST ? .occupied : mode == .read ? .cannotRead : .cannotWrite
      let operation = mode == .create ? "creating it" : "opening it"
      throw StoreError.system(kind, path: path, operation: operation)
    }
    return FileDescriptor(raw: raw, path: path)
  }

  deinit { close(raw) }

  /// Writes all bytes at a place.
  borrowing func write(_ bytes: borrowing Span<UInt8>, at offset: Int) throws(StoreError) {
    let (raw, path) = (raw, path)
    try unsafe bytes.withUnsafeBytes { buffer throws(StoreError) in
      var done = 0
      while done < buffer.count {
        let count = retried {
          unsafe pwrite(
            raw, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done, offset + done)
        }
        guard count > 0 else {
          throw StoreError.system(.cannotWrite, path: path, operation: "writing to it")
        }
        done += count
      }
    }
  }

  /// Reads bytes at a place into the start of a buffer; fewer than asked for only at the end.
  borrowing func read(
    into bytes: inout [UInt8], count wanted: Int, at offset: Int
  ) throws(StoreError) -> Int {
    if bytes.count < wanted { bytes += [UInt8](repeating: 0, count: wanted - bytes.count) }
    let (raw, path) = (raw, path)
    var span = bytes.mutableSpan
    return try unsafe span.withUnsafeMutableBytes { buffer throws(StoreError) in
      var done = 0
      while done < wanted {
        let count = retried {
          unsafe pread(
            raw, buffer.baseAddress.map { unsafe $0 + done }, wanted - done, offset + done)
        }
        guard count >= 0 else {
          throw StoreError.system(.cannotRead, path: path, operation: "reading it")
        }
        guard count > 0 else { break }
        done += count
      }
      return done
    }
  }

  /// The file's size in bytes.
  borrowing func byteCount() throws(StoreError) -> Int {
    var facts = stat()
    guard unsafe fstat(raw, &facts) == 0 else {
      throw StoreError.system(.cannotRead, path: path, operation: "asking for its size")
    }
    return Int(facts.st_size)
  }

  /// Cuts the file.
  borrowing func truncate(to byteCount: Int) throws(StoreError) {
    let raw = raw
    guard retried({ ftruncate(raw, byteCount) }) == 0 else {
      throw StoreError.system(.cannotWrite, path: path, operation: "cutting off its torn end")
    }
  }

  /// Returns when the bytes are on the disk.
  borrowing func synchronize() throws(StoreError) {
    let raw = raw
    guard retried({ fdatasync(raw) }) == 0 else {
      throw StoreError.system(.cannotWrite, path: path, operation: "making it safe on disk")
    }
  }
}

/// Calls again while a signal interrupts.
func retried<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

/// Files that change their names or go.
enum FileNames {
  /// Makes the names in a path's folder safe on disk; systems that cannot are left alone.
  static func synchronizeFolder(of path: String) throws(StoreError) {
    guard let number = FolderNames.synchronize(PathName.folder(of: path)) else { return }
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    throw StoreError(
      .cannotWrite, path: path, operation: "making its name safe on disk", reason: reason)
  }

  /// Gives a finished file its name, in place of what had it.
  static func rename(_ old: String, to new: String) throws(StoreError) {
    guard unsafe Glibc.rename(old, new) == 0 else {
      throw StoreError.system(.cannotWrite, path: new, operation: "putting it in place")
    }
    try synchronizeFolder(of: new)
  }

  /// Removes a file; one that is not there is no error.
  static func remove(_ path: String) throws(StoreError) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else {
      throw StoreError.system(.cannotWrite, path: path, operation: "removing it")
    }
  }

  /// Whether there certainly is no file; false where nobody can tell.
  static func isMissing(_ path: String) -> Bool {
    unsafe access(path, F_OK) != 0 && errno == ENOENT
  }

  /// Whether there is a file.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}
