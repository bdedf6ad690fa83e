import Foundation
import Processes
import Testing

@testable import SweepRunner

@Suite("Room for workers") struct WorkerRoomTests {
  private static let worker = WorkerRoom.spaceOfWorker
  private static let unlimited = AddressSpace(limit: .infinity, taken: 0x1p30, name: "ulimit -v")

  private func room(workersThatFit: Double) -> WorkerRoom {
    let space = AddressSpace(
      limit: 0x1p30 + workersThatFit * Self.worker, taken: 0x1p30, name: "ulimit -v")
    return WorkerRoom(cores: 4, space: space, memory: 0x1p40)
  }

  @Test("Without limits there is a worker for each core, or as many as were asked for")
  func unlimited() throws {
    let room = WorkerRoom(cores: 4, space: Self.unlimited, memory: 0x1p40)
    let own = try room.workers(asked: nil) { $0 }
    #expect(own.count == 4 && own.warnings.isEmpty)
    let asked = try room.workers(asked: 9) { $0 }
    #expect(asked.count == 9 && asked.warnings.isEmpty)
  }

  @Test("An address space has room for so many workers, and for none with the numbers")
  func addressSpace() throws {
    let some = try room(workersThatFit: 2.9).workers(asked: nil) { $0 }
    #expect(some.count == 2)
    #expect(some.warnings.first?.hasPrefix("2 of 4 worker threads are started: ulimit -v") == true)
    let one = try room(workersThatFit: 1).workers(asked: 64) { $0 }
    #expect(one.count == 1)
    let failure = try #require(
      throws: Failure.self, performing: { try room(workersThatFit: 0.9).workers(asked: 1) { $0 } })
    #expect(failure.code == .internalError)
    #expect(failure.message.contains("ulimit -v leaves"), "\(failure.message)")
  }

  @Test("A control group's memory and the threads that the system starts are limits, too")
  func others() throws {
    let small = WorkerRoom(
      cores: 64, space: Self.unlimited, memory: WorkerRoom.memoryOfProcess + 0x1p27)
    #expect(try small.workers(asked: nil) { $0 }.count == 4)
    let room = WorkerRoom(cores: 4, space: Self.unlimited, memory: 0x1p40)
    #expect(try room.workers(asked: nil) { min($0, 3) }.count == 3)
    let failure = try #require(
      throws: Failure.self, performing: { try room.workers(asked: nil) { _ in 0 } })
    #expect(failure.code == .internalError && failure.message.contains("ulimit -u"))
  }

  @Test("Points may take what is left after each thread's own share") func points() {
    let space = AddressSpace(limit: 0x1p33, taken: 0, name: "ulimit -v")
    let one = WorkerRoom.bytesForPoints(space, workers: 1)
    let four = WorkerRoom.bytesForPoints(space, workers: 4)
    #expect(one > 4 * four && four > 0x1p30 && one < 0x1p33)
    #expect(WorkerRoom.bytesForPoints(Self.unlimited, workers: 3) == .infinity)
  }
}

@Suite("What the end of a reading process says of a file") struct ReadingEndTests {
  private func allowance(_ left: Double, seconds: Double = .infinity) -> ReadingAllowance {
    var allowance = ReadingAllowance(fileBytes: 1e6)
    allowance.space = AddressSpace(limit: left, taken: 0, name: "ulimit -v")
    allowance.secondsLimit = seconds
    return allowance
  }

  private func isNotRead(_ end: ReadingEnd) -> Bool {
    if case .notRead = end { true } else { false }
  }

  private func isDamaged(_ end: ReadingEnd) -> Bool {
    if case .damaged = end { true } else { false }
  }

  @Test("A crash is damage where there was room enough") func crashes() {
    #expect(isDamaged(ReadingEnd(.crashed(signal: SIGSEGV), allowance(.infinity))))
    #expect(isDamaged(ReadingEnd(.crashed(signal: SIGXCPU), allowance(.infinity))))
    #expect(isNotRead(ReadingEnd(.crashed(signal: SIGILL), allowance(1e8))))
    #expect(isNotRead(ReadingEnd(.crashed(signal: SIGXCPU), allowance(.infinity, seconds: 1))))
  }

  @Test("A signal that somebody sent says nothing of the file") func stopped() {
    #expect(isNotRead(ReadingEnd(.stopped(signal: SIGKILL), allowance(.infinity))))
    #expect(isNotRead(ReadingEnd(.stopped(signal: SIGTERM), allowance(.infinity))))
    #expect(ReadingEnd(.exited(code: 65), allowance(.infinity)) == .ended)
  }
}
