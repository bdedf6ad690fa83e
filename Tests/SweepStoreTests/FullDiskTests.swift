import Foundation
import SweepRecords
import TestSupport
import Testing

@testable import SweepStore

extension ResultFileTests {
  @Test(
    "Where the disk fills up, early or late, the output stays what it was",
    arguments: [1 << 8, 1 << 14, 1 << 17, 1 << 20, 9 << 17])
  func fullDisk(byteCount: UInt) async {
    await #expect(processExitsWith: .success) { [byteCount] in
      let points = 4_000
      let folder = try TemporaryDirectory()
      let output = try folder.write("old", to: "out.h5")
      let journal = try Journal.create(
        at: Journal.path(besides: output), planHash: Sample.planHash, planCount: points)
      // A limit on the size of files stands in for a disk that is full.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: byteCount, rlim_max: byteCount)
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
        return
      }
      let error = #expect(throws: StoreError.self) {
        try ResultFile.write(Sample.description(points: points), from: journal, to: output)
      }
      guard error?.exitCode == 73, try contents(output) == Array("old".utf8),
        !FileManager.default.fileExists(atPath: output + ".partial")
      else { exit(1) }
    }
  }
}
