internal import Synchronization

/// Work that is cut into pieces and done by several threads.
public enum Parallel {
  /// What the threads have in common.
  private final class Pieces<Result: Sendable>: Sendable {
    let next = Atomic(0)
    let results: Mutex<[Result?]>

    init(_ count: Int) { results = Mutex([Result?](repeating: nil, count: count)) }
  }

  /// The results of all pieces, in their order.
  ///
  /// What a piece gives must not depend on which thread does it. If the system gives fewer threads than
  /// asked for, these do it.
  ///
  /// - Parameters:
  ///   - count: the number of pieces.
  ///   - threads: the threads, this one included.
  ///   - makeState: what each thread begins with and takes from piece to piece.
  ///   - progress: told by this thread how many pieces were begun.
  ///   - body: does a piece.
  public static func map<State, Result: Sendable>(
    _ count: Int, threads: Int, state makeState: @escaping @Sendable () -> State,
    progress: @escaping @Sendable (_ begun: Int) -> Void = { _ in },
    _ body: @escaping @Sendable (_ state: inout State, _ piece: Int) -> Result
  ) -> [Result] {
    let pieces = Pieces<Result>(count)
    NativeThread.together(min(threads, count)) { thread in
      var state = makeState()
      while true {
        let piece = pieces.next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard piece < count else { return }
        if thread == 0 { progress(piece) }
        let result = body(&state, piece)
        pieces.results.withLock { $0[piece] = result }
      }
    }
    return pieces.results.withLock { results in results.compactMap { $0 } }
  }
}
