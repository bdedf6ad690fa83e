import Foundation
import OneDNN
import TestSupport
import Testing

@testable import framesweep

/// Kernels of OpenBLAS for processors that are newer than the library.
@Suite("BLAS core") struct BLASCoreTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
  }

  @Test("Only the fallback is replaced, by the newest kernels that the processor can run")
  func choice() {
    let sets: [OneDNNLibrary.InstructionSet] = [.avx2, .avx512, .avx512WithBFloat16]
    for (count, name) in [nil, "Haswell", "SkylakeX", "Cooperlake"].enumerated() {
      #expect(BLASCore.better(than: "Prescott") { sets.prefix(count).contains($0) } == name)
      #expect(BLASCore.better(than: "Zen") { sets.prefix(count).contains($0) } == nil)
    }
  }

  @Test("The program uses no fallback where the processor can do better, unless it is asked to")
  func replaced() throws {
    let version = try framesweep("--version", environment: ["OPENBLAS_CORETYPE": nil])
    #expect(version.status == 0)
    let fellBack = version.output.contains("core Prescott")
    #expect(!fellBack || !OneDNNLibrary.uses(.avx2), "\(version.output)")
    let asked = try framesweep("--version", environment: ["OPENBLAS_CORETYPE": "Prescott"])
    #expect(asked.output.contains("core Prescott"), "\(asked.output)")
  }
}
