internal import COpenBLAS
internal import Glibc

/// The OpenBLAS library that the program runs with.
public enum BLASLibrary {
  /// The number of threads that a call may use.
  ///
  /// The library reads its environment variables when it is loaded, so only this sets it reliably.
  static var threadCount: Int { Int(openblas_get_num_threads()) }

  /// Sets the number of threads that a call may use; 1 keeps results apart from the machine's size.
  ///
  /// - Precondition: `count >= 1`.
  public static func setThreadCount(_ count: Int) {
    precondition(count >= 1, "BLAS cannot work with \(count) threads")
    openblas_set_num_threads(narrowed(count))
  }

  /// What the library maps for every thread that is in one of its calls, in bytes.
  ///
  /// **Source**: `BUFFER_SIZE` of its x86-64 builds with kernels for all processors.
  public static let bufferBytes = 128 << 20

  /// Lets the library map what so many threads need in its calls, once for all.
  ///
  /// A call that cannot map it tries again for ever, so it is mapped before there are such calls.
  ///
  /// **Returns**: whether there is room for it.
  ///
  /// **Source**: `blas_memory_alloc`, which keeps what it maps; nothing is mapped if a build hides it, or
  /// for more threads than it has places.
  ///
  /// - Precondition: `threads >= 1`.
  public static func takeBuffers(_ threads: Int) -> Bool {
    precondition(threads >= 1, "BLAS cannot work with \(threads) threads")
    let count = min(threads, 64)
    let pageBytes = 4_096
    let place = unsafe mmap(
      nil, count * (bufferBytes + pageBytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
      -1,
      0)
    guard let place = unsafe place, unsafe place != MAP_FAILED else { return false }
    unsafe munmap(place, count * (bufferBytes + pageBytes))
    guard let take = unsafe dlsym(nil, "blas_memory_alloc"),
      let giveBack = unsafe dlsym(nil, "blas_memory_free")
    else { return true }
    typealias Take = @convention(c) (Int32) -> UnsafeMutableRawPointer?
    typealias GiveBack = @convention(c) (UnsafeMutableRawPointer?) -> Void
    let addresses = (0..<count).map { _ in
      UInt(bitPattern: unsafe unsafeBitCast(take, to: Take.self)(0))
    }
    for address in addresses {
      unsafe unsafeBitCast(giveBack, to: GiveBack.self)(
        UnsafeMutableRawPointer(bitPattern: address))
    }
    return true
  }

  /// The processor core whose kernels the library chose, such as "SkylakeX".
  ///
  /// Different kernels give different last bits.
  public static var coreName: String { unsafe text(openblas_get_corename()) }

  /// The library's version and build options, such as "OpenBLAS 0.3.21 NO_LAPACKE …".
  public static var configuration: String { unsafe text(openblas_get_config()) }

  private static func text(_ characters: UnsafePointer<CChar>?) -> String {
    guard let characters = unsafe characters else { return "" }
    return unsafe String(cString: characters)
      .split(separator: " ").joined(separator: " ")
  }
}
