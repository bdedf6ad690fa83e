import Foundation
import Kernels
import OpenBLAS
import Testing

@Suite("Statistics of kernels") struct KernelStatisticsTests {
  init() { BLASLibrary.setThreadCount(1) }

  @Test("A diagonal kernel has its entries as eigenvalues") func diagonal() throws {
    let diagonal = [8.0, 4, 2, 2]
    var kernel = [Double](repeating: 0, count: 16)
    for place in 0..<4 { kernel[place * 5] = diagonal[place] }
    let found = try KernelStatistics(kernel, labels: [0, 1, 0, 1], classes: 2, ridge: 1e-6)
    #expect(abs(found.logCondition - log(4)) < 1e-14)
    // Shares 1/2, 1/4, 1/8, 1/8.
    #expect(abs(found.effectiveRank - exp(1.75 * log(2))) < 1e-14)
    // Nothing is known of an image from the others: all classes are alike.
    #expect(found.leaveOneOutError == 1)
  }

  @Test("A kernel of the classes is aligned with them and mistakes none") func aligned() throws {
    let labels = [0, 1, 2, 0, 1, 2]
    let kernel = labels.flatMap { one in labels.map { one == $0 ? 1.0 : 0 } }
    let found = try KernelStatistics(kernel, labels: labels, classes: 3, ridge: 1e-6)
    #expect(abs(found.alignment - 1) < 1e-14)
    #expect(found.leaveOneOutError == 0)
    #expect(found.logCondition == .infinity)
    #expect(abs(found.effectiveRank - 3) < 1e-12)
  }

  @Test("Leaving an image out and solving for the others gives the same error") func leftOut()
    throws
  {
    let points = (0..<14).map { Double(($0 * 5) % 14) * 0.45 }
    let labels = points.map { sin(2 * $0) > 0.2 ? 1 : 0 }
    let count = points.count
    let kernel = points.flatMap { one in points.map { exp(-(one - $0) * (one - $0)) } }
    let ridge = 1e-3
    let found = try KernelStatistics(kernel, labels: labels, classes: 2, ridge: ridge)
    var mistakes = 0
    for left in 0..<count {
      let others = (0..<count).filter { $0 != left }
      var matrix = others.flatMap { row in others.map { kernel[row * count + $0] } }
      for place in 0..<count - 1 { matrix[place * count] += ridge }
      let factor = try #require(choleskyFactor(matrix, order: count - 1))
      var targets = others.map { labels[$0] == 1 ? 0.5 : -0.5 }
      trsm(.columnMajor, .left, .lower, rows: count - 1, columns: 1, factor, &targets)
      trsm(
        .columnMajor, .left, .lower, .transpose, rows: count - 1, columns: 1, factor, &targets)
      let score = zip(others, targets).reduce(0) { $0 + kernel[left * count + $1.0] * $1.1 }
      if (score > 0 ? 1 : 0) != labels[left] { mistakes += 1 }
    }
    #expect(mistakes > 0 && mistakes < count)
    #expect(found.leaveOneOutError == Double(mistakes) / Double(count))
  }
}
