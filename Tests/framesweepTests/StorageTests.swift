import Foundation
import TestSupport
import Testing

/// Disks that are full, folders that are read-only, file systems without locks: real ones where the
/// system lets a test mount them.
@Suite("Disks and folders") struct StorageTests {
  private let folder: TemporaryDirectory
  private let program: String

  /// Whether a shell may mount file systems that only it and its children see.
  static let canMount: Bool = {
    guard let tool = installedExecutable("unshare") else { return false }
    let arguments = ["-rm", "/bin/sh", "-c", "mount -t tmpfs -o size=64k none /mnt"]
    return (try? RunningProcess(tool, arguments).wait().isSuccess) ?? false
  }()

  /// The C compiler; nil where there is none.
  static let compiler = ["cc", "gcc", "clang"].lazy.compactMap(installedExecutable).first

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(FaultTests.sweep.replacing("[4, 13]", with: "[4, 103]"), to: "sweep.yaml")
  }

  /// Runs lines of a shell on a small file system of its own, in `small`; `run` is a run on it.
  private func shell(_ lines: String) throws -> ProcessResult {
    try FileManager.default.createDirectory(
      atPath: folder.path("small"), withIntermediateDirectories: true)
    let head = """
      mount -t tmpfs -o size=96k none small || exit 99
      run() { "\(program)" run sweep.yaml -o small/out.h5 --workers 1 "$@"; echo "run: $?"; }
      verify() { "\(program)" verify small/out.h5; echo "verify: $?"; }

      """
    let tool = try #require(installedExecutable("unshare"))
    return try RunningProcess(
      tool, ["-rm", "/bin/sh", "-c", head + lines], environment: ["FRAMESWEEP_FAULT": nil],
      directory: folder.url
    ).wait()
  }

  private func codes(_ result: ProcessResult) -> [String] {
    result.output.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("run: ") || $0.hasPrefix("verify: ")
    }
  }

  @Test(
    "A disk that is full ends every run with the system's words, and its results stay",
    .enabled(if: canMount, "file systems cannot be mounted here"))
  func fullDisk() throws {
    let result = try shell(
      """
      run
      ls small >files.txt
      run --resume
      run --resume
      mount -o remount,size=16m small
      run --resume
      verify
      """)
    // The journal fits and the results file does not, or neither of them.
    #expect(codes(result) == ["run: 73", "run: 73", "run: 73", "run: 0", "verify: 0"], "\(result)")
    #expect(result.errorOutput.contains("No space left on device"))
    #expect(result.errorOutput.contains("are done already"))
    // Neither a lock nor half a results file is left.
    let files = try String(contentsOfFile: folder.path("files.txt"), encoding: .utf8)
    #expect(files == "out.h5.journal\n")
  }

  @Test(
    "A disk without room for a single byte keeps nobody out afterwards",
    .enabled(if: canMount, "file systems cannot be mounted here"))
  func noRoom() throws {
    let result = try shell(
      """
      head -c 200000 /dev/zero >small/rest 2>/dev/null
      run
      rm small/rest
      mount -o remount,size=16m small
      run
      verify
      """)
    #expect(codes(result) == ["run: 73", "run: 0", "verify: 0"], "\(result)")
    #expect(result.errorOutput.contains("No space left on device"))
  }

  @Test(
    "A read-only folder is an error before anything is computed, and can be verified",
    .enabled(if: canMount, "file systems cannot be mounted here"))
  func readOnly() throws {
    let result = try shell(
      """
      mount -o remount,size=16m small
      mount -o remount,ro small
      run
      mount -o remount,rw small
      run --points 0-9
      mount -o remount,ro small
      sum=$(cat small/* | cksum)
      run --resume
      verify
      test "$sum" = "$(cat small/* | cksum)" && echo "run: unchanged"
      mount -o remount,rw small
      run --resume
      verify
      """)
    #expect(
      codes(result) == [
        "run: 73", "run: 0", "run: 73", "verify: 75", "run: unchanged", "run: 0", "verify: 0",
      ], "\(result)")
    #expect(result.errorOutput.contains("Read-only file system"))
  }

  @Test(
    "File systems without locks are as good as others",
    .enabled(if: compiler != nil, "there is no C compiler"))
  func noLocks() throws {
    try folder.write(
      """
      #include <errno.h>
      #include <stdarg.h>
      #include <unistd.h>
      static int refuse(void) {
        static const char words[] = "a lock was asked for\\n";
        if (write(2, words, sizeof words - 1) < 0) return -2;
        errno = ENOLCK;
        return -1;
      }
      int flock(int file, int operation) { (void)file; (void)operation; return refuse(); }
      int lockf(int file, int operation, off_t size) {
        (void)file; (void)operation; (void)size;
        return refuse();
      }
      """, to: "nolocks.c")
    let shim = folder.path("nolocks.so")
    let compiled = try RunningProcess(
      try #require(Self.compiler), ["-shared", "-fPIC", "-o", shim, folder.path("nolocks.c")]
    ).wait()
    try #require(compiled.isSuccess, "\(compiled.errorOutput)")
    func framesweep(_ arguments: String..., fault: String = "") throws -> ProcessResult {
      try RunningProcess(
        program, arguments, environment: ["LD_PRELOAD": shim, "FRAMESWEEP_FAULT": fault],
        directory: folder.url
      ).wait()
    }
    let killed = try framesweep("run", "sweep.yaml", "-o", "out.h5", fault: "90=kill")
    #expect(killed.isKilledBySignal)
    let resumed = try framesweep("run", "sweep.yaml", "-o", "out.h5", "--resume")
    #expect(resumed.status == 0, "\(resumed.errorOutput)")
    #expect(!resumed.errorOutput.contains("a lock was asked for"))
    #expect(try framesweep("verify", "out.h5").status == 0)
  }
}
