import Foundation
import TestSupport
import Testing

@testable import SweepStore

@Suite("Output lock") struct OutputLockTests {
  let folder: TemporaryDirectory
  let output: String

  init() throws {
    folder = try TemporaryDirectory()
    output = folder.path("out.h5")
  }

  @Test("A second run is told who works on the output") func second() throws {
    let lock = try OutputLock(output: output, job: "4711")
    let error = #expect(throws: StoreError.self) { _ = try OutputLock(output: output) }
    #expect(error?.kind == .occupied)
    #expect(error?.exitCode == 73)
    let reason = error?.reason ?? ""
    #expect(reason.contains("process \(ProcessInfo.processInfo.processIdentifier) on "))
    #expect(reason.contains("job 4711"))
    #expect(reason.contains("wait for it or stop it"))
    lock.release()
    #expect(!FileManager.default.fileExists(atPath: lock.path))
    _ = try OutputLock(output: output)
  }

  @Test("A run that lives on this host is not robbed, even on demand") func robbery() throws {
    let lock = try OutputLock(output: output)
    #expect(throws: StoreError.self) { _ = try OutputLock(output: output, takeOver: true) }
    try lock.check()
  }

  @Test("A run whose lock was taken over notices, and does not release it") func takeOver() throws {
    let first = try OutputLock(output: output, job: "1")
    try first.check()
    // As if another host's run had taken it over.
    let other = "host: elsewhere.example\nprocess: 12\nstart: 17\njob: 2\n"
    try folder.write(other, to: "out.h5.lock")
    waitForTheNextLook()
    #expect(throws: StoreError.self) { try first.check() }
    first.release()
    #expect(try contents(OutputLock.path(besides: output)) == Array(other.utf8))
  }

  @Test("A lock that cannot be read is not taken for another run's") func unreadable() throws {
    let lock = try OutputLock(output: output)
    let text = try contents(lock.path)
    // Links in a circle stand in for a file system that does not answer, root or not.
    try FileManager.default.removeItem(atPath: lock.path)
    try FileManager.default.createSymbolicLink(
      atPath: lock.path, withDestinationPath: lock.path)
    waitForTheNextLook()
    try lock.check()
    let error = #expect(throws: StoreError.self) { _ = try OutputLock(output: output) }
    #expect(error?.kind == .occupied)
    try FileManager.default.removeItem(atPath: lock.path)
    try replace(lock.path, with: text)
    try lock.check()
    try FileManager.default.removeItem(atPath: lock.path)
    waitForTheNextLook()
    #expect(throws: StoreError.self) { try lock.check() }
  }

  @Test("Of two runs that take a dead lock over at once, the later one has it") func race() throws {
    let path = OutputLock.path(besides: output)
    let host = ProcessInfo.processInfo.hostName
    var error: StoreError?
    // A machine that stands still for half a second would let the first have it, and find out later.
    for _ in 1...5 where error == nil {
      try folder.write("host: \(host)\nprocess: 4194304\nstart: 17\njob: \n", to: "out.h5.lock")
      try folder.write(ProcessIdentity.current(job: "later").text, to: "later")
      let later = try RunningProcess(
        "/bin/sh",
        [
          "-c",
          "until grep -q 'job: first' '\(path)'; do :; done; mv '\(folder.path("later"))' '\(path)'",
        ])
      do throws(StoreError) {
        _ = try OutputLock(output: output, job: "first")
      } catch let occupied {
        error = occupied
      }
      #expect(later.wait().isSuccess)
    }
    #expect(error?.kind == .occupied)
    #expect(error?.reason.contains("job later works on it") == true, "\(String(describing: error))")
    #expect(try contents(path) == Array(ProcessIdentity.current(job: "later").text.utf8))
  }

  @Test("A zombie holds no lock") func zombie() throws {
    let child = try RunningProcess("/bin/sh", ["-c", "sleep 0 & echo $!; exec sleep 60"])
    defer {
      child.signal(SIGKILL)
      _ = child.wait()
    }
    var zombie: Int32?
    var ticks = ""
    for _ in 0..<200 where zombie == nil {
      Thread.sleep(forTimeInterval: 0.02)
      guard let process = Int32(child.outputSoFar.trimmingCharacters(in: .whitespacesAndNewlines)),
        let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      else { continue }
      let fields = (line.components(separatedBy: ") ").last ?? "").split(separator: " ")
      guard fields.first == "Z", fields.count > 19 else { continue }
      zombie = process
      ticks = String(fields[19])
    }
    let process = try #require(zombie)
    let host = ProcessInfo.processInfo.hostName
    try folder.write(
      "host: \(host)\nprocess: \(process)\nstart: \(ticks)\njob: \n", to: "out.h5.lock")
    _ = try OutputLock(output: output)
  }

  @Test("A lock of a process that is gone from this host is taken over") func stale() throws {
    let host = ProcessInfo.processInfo.hostName
    let path = OutputLock.path(besides: output)
    // No process has the largest number that the kernel could give.
    try folder.write("host: \(host)\nprocess: 4194304\nstart: 17\njob: \n", to: "out.h5.lock")
    _ = try OutputLock(output: output)
    // This process has its number, but began at another time.
    let process = ProcessInfo.processInfo.processIdentifier
    try folder.write("host: \(host)\nprocess: \(process)\nstart: 1\njob: \n", to: "out.h5.lock")
    let lock = try OutputLock(output: output)
    #expect(lock.path == path)
  }

  @Test(
    "A lock of another host, or without a name, is left alone",
    arguments: [
      "host: elsewhere.example\nprocess: 12\nstart: 17\njob: 99\n", "",
    ])
  func otherHost(text: String) throws {
    try folder.write(text, to: "out.h5.lock")
    let error = #expect(throws: StoreError.self) { _ = try OutputLock(output: output) }
    #expect(error?.kind == .occupied)
    #expect(try contents(OutputLock.path(besides: output)) == Array(text.utf8))
    _ = try OutputLock(output: output, takeOver: true)
  }

  @Test("A folder that is not there is named") func noFolder() {
    let error = #expect(throws: StoreError.self) {
      _ = try OutputLock(output: folder.path("none/out.h5"))
    }
    #expect(error?.kind == .cannotWrite)
    #expect(error?.reason == "there is no folder \(folder.path("none"))")
  }
}
