import Foundation
import GoldenValues
import OpenBLAS
import RandomNumbers
import Similarity
import Testing

/// Similarities of two representations by an independent implementation.
private struct GoldenSimilarity: Decodable {
  let x: [[Double]]
  let y: [[Double]]
  let linear: Double
  let linearDebiased: Double
  let gaussian: Double

  enum CodingKeys: String, CodingKey {
    case x, y, linear
    case linearDebiased = "linear_debiased"
    case gaussian = "rbf_half"
  }
}

@Suite("Centred kernel alignment") struct CentredKernelTests {
  init() { BLASLibrary.setThreadCount(1) }

  private static func normals(_ count: Int, _ width: Int, _ name: String) -> [Double] {
    var stream = RandomKey(domain: "framesweep tests", seed: 3).appending(name).stream
    return stream.nextNormals(count * width)
  }

  private static func alignment(
    _ x: [Double], _ y: [Double], _ count: Int, _ kernel: CentredKernel.Kernel = .linear,
    isDebiased: Bool = true
  ) -> Double {
    CentredKernel(features: x, count: count, kernel, isDebiased: isDebiased).alignment(
      with: CentredKernel(features: y, count: count, kernel, isDebiased: isDebiased))
  }

  @Test("It is what an independent implementation finds") func golden() {
    let cases: [GoldenSimilarity] = readGolden("similarities")
    #expect(cases.count == 2)
    for golden in cases {
      let (x, y) = (golden.x.flatMap { $0 }, golden.y.flatMap { $0 })
      let count = golden.x.count
      #expect(agree(Self.alignment(x, y, count, isDebiased: false), golden.linear))
      #expect(agree(Self.alignment(x, y, count), golden.linearDebiased))
      #expect(
        agree(
          Self.alignment(x, y, count, .gaussian(width: 0.5), isDebiased: false), golden.gaussian))
    }
  }

  @Test("Rotations, shifts and scales of features change nothing") func invariance() {
    let (count, width) = (20, 3)
    let (x, y) = (Self.normals(count, width, "x"), Self.normals(count, 5, "y"))
    let (cosine, sine) = (cos(0.7), sin(0.7))
    var turned = x
    for image in 0..<count {
      let row = image * width
      turned[row] = -2.5 * (cosine * x[row] - sine * x[row + 1]) + 3
      turned[row + 1] = -2.5 * (sine * x[row] + cosine * x[row + 1]) - 1
      turned[row + 2] = -2.5 * x[row + 2]
    }
    for kernel in [CentredKernel.Kernel.linear, .gaussian(width: 0.5)] {
      for isDebiased in [false, true] {
        let before = Self.alignment(x, y, count, kernel, isDebiased: isDebiased)
        let after = Self.alignment(turned, y, count, kernel, isDebiased: isDebiased)
        // Products of numbers up to ten, some hundred times.
        #expect(abs(before - after) < 1e-11)
        #expect(
          abs(Self.alignment(x, turned, count, kernel, isDebiased: isDebiased) - 1) < 1e-11)
      }
    }
  }

  @Test("Independent features are unlike on average, which the biased estimate denies") func bias()
  {
    let (count, width) = (64, 16)
    let found = (0..<40).map { pair in
      let (x, y) = (
        Self.normals(count, width, "x\(pair)"), Self.normals(count, width, "y\(pair)")
      )
      return (
        Self.alignment(x, y, count), Self.alignment(x, y, count, isDebiased: false)
      )
    }
    let mean = found.reduce(0) { $0 + $1.0 } / 40
    // 0.02 each, four standard errors.
    #expect(abs(mean) < 4 * 0.02 / 40.0.squareRoot())
    #expect(abs(found.reduce(0) { $0 + $1.1 } / 40 - 0.199) < 0.01)
  }

  @Test("Without a bias it is the ratio of three unbiased sums") func sums() {
    let count = 7
    let (x, y) = (Self.normals(count, 2, "x"), Self.normals(count, 4, "y"))
    func gram(_ features: [Double]) -> [[Double]] {
      let width = features.count / count
      var rows = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
      for one in 0..<count {
        for other in 0..<count where one != other {
          for place in 0..<width {
            rows[one][other] += features[one * width + place] * features[other * width + place]
          }
        }
      }
      return rows
    }
    func independence(_ k: [[Double]], _ l: [[Double]]) -> Double {
      let n = Double(count)
      var (trace, first, second, mixed) = (0.0, 0.0, 0.0, 0.0)
      for i in 0..<count {
        for j in 0..<count {
          trace += k[i][j] * l[j][i]
          first += k[i][j]
          second += l[i][j]
          for m in 0..<count { mixed += k[i][j] * l[j][m] }
        }
      }
      let sums = first * second / ((n - 1) * (n - 2))
      return (trace + sums - 2 / (n - 2) * mixed) / (n * (n - 3))
    }
    let (k, l) = (gram(x), gram(y))
    let expected = independence(k, l) / (independence(k, k) * independence(l, l)).squareRoot()
    #expect(abs(Self.alignment(x, y, count) - expected) < 1e-13)
  }

  @Test("A representation that tells no images apart has no similarity") func constant() {
    let x = [Double](repeating: 0, count: 10)
    #expect(Self.alignment(x, Self.normals(5, 2, "y"), 5).isNaN)
  }
}
