import TestSupport
import Testing

@Suite("Memory of batches") struct AllocationTests {
  @Test("Memory that is asked for is counted")
  func counts() {
    #expect(allocationCount { _ = [Int](repeating: 1, count: 1_000).reversed() as [Int] } > 0)
    var sum = 0
    #expect(allocationCount { for number in 0..<1_000 { sum &+= number } } == 0)
  }

  @Test(
    "Batches after the first ones ask for no memory",
    .enabled(
      if: BuiltProducts.executable("allocation-check") != nil, "\(BuiltProducts.missing)"))
  func batches() throws {
    let program = try #require(BuiltProducts.executable("allocation-check"))
    // OpenBLAS's own small products ask for memory on cores with AVX-512, and these run on all.
    let result = try RunningProcess(program, [], environment: ["OPENBLAS_CORETYPE": "Nehalem"])
      .wait(upTo: .seconds(300))
    #expect(result.isSuccess)
    let networks = [
      "chain", "residual", "dense", "bottleneck", "inverted", "densenet", "vgg", "transformer",
      "mixer", "convnext",
    ]
    #expect(result.output == networks.map { "\($0) 0 0\n" }.joined())
  }
}
