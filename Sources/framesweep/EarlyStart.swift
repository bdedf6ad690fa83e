import Glibc

// OpenBLAS starts a thread for every core, and maps 128 MiB for each of them, while it is loaded: before
// `main`, and with no way to refuse. If the system gives no thread, it ends the process by an INT; if the
// system gives no memory, it tries for ever. All BLAS calls of this program use one thread. OpenBLAS reads
// that in the environment only, and the code in this section of an executable is the only one that runs
// before the libraries are set up. So it restarts the program once, with that variable.

#if compiler(>=6.3)
  private typealias Words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  private let variableLength = 21
  private var oneThread: UnsafePointer<CChar> {
    let text: StaticString = "OPENBLAS_NUM_THREADS=1"
    return unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  /// Runs before the set-up of all libraries, and so uses nothing but the C library.
  @section(".preinit_array")
  @used
  private let useOneThreadOfBLAS: @convention(c) (Int32, Words, Words) -> Void = {
    _, words, variables in
    var count = 0
    while let text = unsafe variables[count] {
      if unsafe strcmp(text, oneThread) == 0 { return }
      count += 1
    }
    let pathLength = 4_096
    guard let path = unsafe malloc(pathLength + 1)?.assumingMemoryBound(to: CChar.self),
      let list = unsafe malloc((count + 2) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride)?
        .assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
    else { return }
    // `ps` shows the name that was started, so it is the program's own and not that of the link.
    let length = unsafe readlink("/proc/self/exe", path, pathLength)
    guard length > 0 else { return }
    unsafe path[length] = 0
    var kept = 0
    for index in 0..<count {
      guard let text = unsafe variables[index] else { continue }
      if unsafe strncmp(text, oneThread, variableLength) == 0 { continue }
      unsafe list[kept] = text
      kept += 1
    }
    unsafe list[kept] = strdup(oneThread)
    unsafe list[kept + 1] = nil
    // If this fails, the libraries do what they do.
    _ = unsafe execve(path, words, list)
  }
#endif
