import Synchronization
import Testing

@testable import Processes

@Suite("Work in pieces") struct ParallelTests {
  @Test("Results come in the order of pieces", arguments: [1, 2, 5], [0, 1, 3, 1_000])
  func order(threads: Int, pieces: Int) {
    let results = Parallel.map(
      pieces, threads: threads, state: { 0 },
      { state, piece in
        state += 1
        return piece * piece
      })
    #expect(results == (0..<pieces).map { $0 * $0 })
  }

  @Test("Each thread has a state of its own, and each piece is done once")
  func states() {
    let made = Atomic(0)
    let done = Parallel.map(
      500, threads: 4, state: { made.wrappingAdd(1, ordering: .relaxed).newValue },
      { state, _ in state })
    #expect(done.count == 500)
    #expect((1...4).contains(made.load(ordering: .relaxed)))
    #expect(done.allSatisfy { (1...4).contains($0) })
  }

  @Test("The thread that asks is told how far the work is") func progress() {
    let told = Mutex([Int]())
    _ = Parallel.map(
      50, threads: 1, state: { () },
      progress: { begun in told.withLock { $0.append(begun) } }, { _, piece in piece })
    #expect(told.withLock { $0 } == Array(0..<50))
  }
}
