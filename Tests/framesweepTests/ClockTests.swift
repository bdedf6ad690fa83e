import Foundation
import TestSupport
import Testing

/// Runs whose time of day is not the kernel's, as it is for a moment where a clock is set back.
@Suite("Clocks") struct ClockTests: ProgramTests {
  /// A library whose time of day is an hour later than the kernel's.
  private static let shim = """
    #define _GNU_SOURCE
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>
    int clock_gettime(clockid_t clock, struct timespec *now) {
      long status = syscall(SYS_clock_gettime, clock, now);
      if (clock == CLOCK_REALTIME) now->tv_sec += 3600;
      return status;
    }
    int gettimeofday(struct timeval *now, void *zone) {
      long status = syscall(SYS_gettimeofday, now, zone);
      now->tv_sec += 3600;
      return status;
    }
    """

  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(FaultTests.sweep, to: "sweep.yaml")
  }

  @Test(
    "A clock that is set back stops no main thread",
    .enabled(if: StorageTests.compiler != nil, "there is no C compiler"))
  func setBack() throws {
    try folder.write(Self.shim, to: "clock.c")
    let compiler = try #require(StorageTests.compiler)
    let built = try RunningProcess(
      compiler, ["-shared", "-fPIC", "-o", folder.path("clock.so"), folder.path("clock.c")]
    ).wait()
    try #require(built.isSuccess, "\(built.errorOutput)")
    // The main thread has to see by itself that the point looks at no limit: nothing wakes it.
    let result = try framesweep(
      "run", "sweep.yaml", "-o", "out.h5", "--workers", "1", "--point-timeout", "1s",
      fault: "0=hang", environment: ["LD_PRELOAD": folder.path("clock.so")])
    #expect(!result.isTimedOut)
    #expect(result.status == 3, "\(result.errorOutput)")
  }
}
