internal import Glibc

/// The CPU time of the calling thread in seconds.
///
/// **Source**: `clock_gettime(CLOCK_THREAD_CPUTIME_ID)`.
public func threadCPUSeconds() -> Double {
  var time = timespec()
  guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return .nan }
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The largest resident memory that this process has had so far, in bytes.
///
/// **Source**: `getrusage`, whose `ru_maxrss` counts kibibytes on Linux.
public func peakMemoryBytes() -> Int {
  var usage = rusage()
  guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
  return usage.ru_maxrss * 1_024
}

/// The resident memory of this process, in bytes; 0 where the system does not tell.
///
/// **Source**: the second field of `/proc/self/statm`, in pages.
public func residentMemoryBytes() -> Double {
  let file = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return 0 }
  defer { close(file) }
  var bytes = [UInt8](repeating: 0, count: 128)
  let count = unsafe read(file, &bytes, bytes.count)
  guard count > 0 else { return 0 }
  let fields = bytes[..<count].split(separator: UInt8(ascii: " "))
  guard fields.count > 1, let pages = Double(String(decoding: fields[1], as: UTF8.self)) else {
    return 0
  }
  return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
}
