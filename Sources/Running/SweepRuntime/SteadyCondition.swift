internal import Foundation

/// A lock, and a signal that threads wait for by a clock that nobody sets.
///
/// Foundation's conditions wait until a time of day: where that is set back meanwhile, a millisecond
/// lasts as much longer.
///
/// **Source**: `pthread_cond_timedwait` by `CLOCK_MONOTONIC`.
@safe final class SteadyCondition: Sendable {
  nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(
    capacity: 1)
  nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(
    capacity: 1)

  init() {
    var attributes = pthread_condattr_t()
    unsafe Self.check(pthread_condattr_init(&attributes))
    unsafe Self.check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC))
    unsafe Self.check(pthread_cond_init(condition, &attributes))
    unsafe Self.check(pthread_condattr_destroy(&attributes))
    unsafe Self.check(pthread_mutex_init(mutex, nil))
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    unsafe Self.check(pthread_mutex_lock(mutex))
    defer { unsafe Self.check(pthread_mutex_unlock(mutex)) }
    return try body()
  }

  /// Wakes all threads that wait.
  func broadcast() { unsafe Self.check(pthread_cond_broadcast(condition)) }

  /// Waits for a signal, under the lock; it may also return without one.
  func wait() { unsafe Self.check(pthread_cond_wait(condition, mutex)) }

  /// Waits for a signal for at most so many seconds, under the lock; it may also return early.
  func wait(seconds: Double) {
    var end = timespec()
    guard unsafe clock_gettime(CLOCK_MONOTONIC, &end) == 0 else { return }
    let nanoseconds = end.tv_nsec + Int(seconds * 1e9)
    end.tv_sec += nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    let status = unsafe pthread_cond_timedwait(condition, mutex, &end)
    precondition(status == 0 || status == ETIMEDOUT, "waiting failed with error \(status)")
  }

  private static func check(_ status: Int32) {
    precondition(status == 0, "a lock failed with error \(status)")
  }
}
