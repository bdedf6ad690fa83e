import OpenBLAS
import TestSupport
import Testing

@Suite("Level 1")
struct Level1Tests {
  @Test("Small vectors give the results of arithmetic")
  func closedForms() {
    #expect(dot([1, 2, 3], [4, 5, 6]) == 32.0)
    #expect(dot([1, 2, 3] as [Float], [4, 5, 6]) == 32)
    #expect(nrm2([3, 4]) == 5.0)
    var sum = [1.0, 2, 3]
    axpy(2, [10, 20, 30], into: &sum)
    #expect(sum == [21, 42, 63])
    scal(-1, &sum)
    #expect(sum == [-21, -42, -63])
  }

  @Test("Empty vectors have no extent")
  func empty() {
    let none: [Double] = []
    #expect(dot(none, none) == 0)
    #expect(nrm2(none) == 0)
  }

  @Test("The norm does not overflow")
  func overflow() {
    #expect(isClose(nrm2([3e300, 4e300]), 5e300, relative: 1e-15))
  }

  @Test("Spans of a part agree with loops", arguments: [1, 7, 64, 1000])
  func loops(count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let x: [Double] = generator.numbers(count + 2)
    let y: [Double] = generator.numbers(count + 2)
    let part = 1..<count + 1
    let expected = part.reduce(0) { $0 + x[$1] * y[$1] }
    // |x|, |y| < 1: each of count additions errs by at most one half ulp of count.
    let bound = Double(count * count) * Double.ulpOfOne
    #expect(
      isClose(dot(x.span.extracting(part), y.span.extracting(part)), expected, absolute: bound))
  }

  @Test("Strides skip entries")
  func strides() {
    let x = [1.0, 0, 2, 0, 3]
    let y = [1.0, 1, 1]
    let result = unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return -1.0 }
        return unsafe Double.dot(count: 3, x, stride: 2, y, stride: 1)
      }
    }
    #expect(result == 6)
  }

  @Test("Vectors of different lengths are refused")
  func lengths() async {
    await #expect(processExitsWith: .failure) { _ = dot([1.0], [1.0, 2.0]) }
  }
}
