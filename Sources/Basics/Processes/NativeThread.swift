internal import Foundation
internal import Synchronization

/// The system gives this process no more threads.
public struct ThreadFailure: Error, Sendable, CustomStringConvertible {
  /// The number of the system's error.
  public let code: Int32

  /// The system's words, and the limits that are known to do this.
  public var description: String {
    let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return "a thread cannot be started: \(reason) (see ulimit -u, ulimit -v and the control "
      + "group's pids.max)"
  }
}

/// Threads of the system.
///
/// Foundation's do not say when they cannot be started, and who waits for one waits for ever.
public enum NativeThread {
  /// What a thread runs, kept until it begins.
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread that ends by itself.
  ///
  /// - Parameters:
  ///   - name: what debuggers and `top -H` show, at most 15 bytes.
  ///   - stackBytes: the size of its stack.
  ///   - run: what it does.
  ///
  /// **Throws**: `ThreadFailure`.
  public static func start(
    _ name: String, stackBytes: Int = 1 << 20, _ run: @escaping @Sendable () -> Void
  ) throws(ThreadFailure) {
    let thread = try create(stackBytes: stackBytes) {
      // A name is a convenience.
      try? Data(name.utf8).write(to: URL(filePath: "/proc/thread-self/comm"))
      run()
    }
    pthread_detach(thread)
  }

  /// Runs something on several threads at the same time, and returns when all of them have ended.
  ///
  /// - Parameters:
  ///   - count: the threads, this one included; fewer if the system gives no more.
  ///   - stackBytes: the size of the others' stacks.
  ///   - run: what each does, this one as thread 0.
  public static func together(
    _ count: Int, stackBytes: Int = 1 << 23, _ run: @escaping @Sendable (_ thread: Int) -> Void
  ) {
    var threads: [pthread_t] = []
    while threads.count < count - 1 {
      let number = threads.count + 1
      guard let thread = try? create(stackBytes: stackBytes, { run(number) }) else { break }
      threads.append(thread)
    }
    run(0)
    for thread in threads { pthread_join(thread, nil) }
  }

  private static func create(
    stackBytes: Int, _ run: @escaping @Sendable () -> Void
  ) throws(ThreadFailure) -> pthread_t {
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    unsafe pthread_attr_init(attributes)
    defer {
      unsafe pthread_attr_destroy(attributes)
      unsafe attributes.deallocate()
    }
    unsafe pthread_attr_setstacksize(attributes, stackBytes)
    let body = unsafe Unmanaged.passRetained(Body(run))
    var thread: pthread_t = 0
    let code = unsafe pthread_create(
      &thread, attributes,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    guard code == 0 else {
      unsafe body.release()
      throw ThreadFailure(code: code)
    }
    return thread
  }

  /// How many threads there can be besides those that run, found by starting and ending them.
  ///
  /// - Parameters:
  ///   - count: the number that is wanted.
  ///   - stackBytes: the size of their stacks.
  public static func startable(atMost count: Int, stackBytes: Int) -> Int {
    // All of them are there at the same time, and wait at the gate.
    let gate = Gate()
    let threads = gate.isClosed.withLock { _ in
      var threads: [pthread_t] = []
      while threads.count < count {
        guard
          let thread = try? create(stackBytes: stackBytes, { gate.isClosed.withLock { _ in } })
        else { break }
        threads.append(thread)
      }
      return threads
    }
    for thread in threads { pthread_join(thread, nil) }
    return threads.count
  }

  private final class Gate: Sendable {
    let isClosed = Mutex(())
  }
}
