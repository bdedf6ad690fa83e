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
