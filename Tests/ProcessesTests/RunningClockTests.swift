import Synchronization
import Testing

@testable import Processes

@Suite("Clocks that stand still while a process is stopped") struct RunningClockTests {
  @Test("A long step between two looks counts as the longest that a running process makes")
  func steps() {
    var time = RunningTime(longestStep: 0.5)
    #expect(time.read(at: 100) == 0)
    #expect(time.read(at: 100.25) == 0.25)
    #expect(time.read(at: 100.75) == 0.75)
    #expect(time.read(at: 4_000) == 1.25)
    #expect(time.read(at: 4_000) == 1.25)
    #expect(time.read(at: 4_000.25) == 1.5)
  }

  @Test("A clock that is read by several threads out of order does not go back") func order() {
    var time = RunningTime(longestStep: 1)
    #expect(time.read(at: 10) == 0)
    #expect(time.read(at: 10.5) == 0.5)
    #expect(time.read(at: 10.25) == 0.5)
    #expect(time.read(at: 10.75) == 0.75)
  }

  @Test("Without a longest step it is the clock that it is made from") func steady() {
    let source = Mutex(7.0)
    let clock = RunningClock(longestStep: .infinity) { source.withLock { $0 } }
    source.withLock { $0 = 1_007 }
    #expect(clock.seconds == 1_000)
  }
}
