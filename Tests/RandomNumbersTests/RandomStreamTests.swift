import Digest
import RandomNumbers
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  @Test("Walking on and looking up give the same numbers")
  func accessOrder() {
    var stream = RandomKey(domain: "access", seed: 3).stream
    let lookup = stream
    for index in 0..<101 as Range<UInt64> {
      #expect(stream.position == index)
      #expect(stream.next() == lookup.word(at: index))
    }
    stream.seek(to: 7)
    #expect(stream.nextUniform() == lookup.uniform(at: 7))
    #expect(stream.nextNormal() == lookup.normal(at: 8))
    stream.seek(to: 6)
    // Those in both tails are computed in another way than the others around them.
    #expect(stream.nextNormals(1_003) == (6..<1_009).map { lookup.normal(at: $0) })
    #expect(stream.nextNormals(5) == (1_009..<1_014).map { lookup.normal(at: $0) })
  }

  @Test("The bits of the normal numbers never change")
  func goldenBits() {
    let stream = RandomKey(domain: "golden", seed: 2026).stream
    var bytes: [UInt8] = []
    for index in 0..<10_000 as Range<UInt64> {
      let bits = stream.normal(at: index).bitPattern
      for shift in stride(from: 0 as UInt64, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
      }
    }
    #expect(
      SHA256.hash(bytes).hexadecimal
        == "3c1dee3c0b033148623391d3102b251cf5a489d3c8158c24ec7240f95da051d6")
  }

  @Test("Uniform numbers have the moments of the interval", arguments: [1, 2, 3] as [Int64])
  func uniformMoments(seed: Int64) {
    var stream = RandomKey(domain: "moments", seed: seed).stream
    let count = 100_000
    var sums = (0.0, 0.0)
    for _ in 0..<count {
      let number = stream.nextUniform()
      #expect(number > 0 && number < 1)
      sums.0 += number - 0.5
      sums.1 += (number - 0.5) * (number - 0.5)
    }
    // Five standard deviations of a mean: √(1/12 / count) and √(1/180 / count).
    let root = Double(count).squareRoot()
    #expect((sums.0 / Double(count)).magnitude < 5 * 0.2887 / root)
    #expect((sums.1 / Double(count) - 1 / 12.0).magnitude < 5 * 0.0746 / root)
  }

  @Test("Normal numbers have the moments of the distribution", arguments: [1, 2, 3] as [Int64])
  func normalMoments(seed: Int64) {
    var stream = RandomKey(domain: "moments", seed: seed).stream
    let numbers = stream.nextNormals(100_000)
    let count = Double(numbers.count)
    func moment(_ power: Int) -> Double {
      numbers.reduce(0) { sum, number in
        sum + (0..<power).reduce(1.0) { product, _ in product * number }
      } / count
    }
    // Five standard deviations: the variances of x, x², x³, x⁴ are 1, 2, 15, 96.
    #expect(moment(1).magnitude < 5 * (1 / count).squareRoot())
    #expect((moment(2) - 1).magnitude < 5 * (2 / count).squareRoot())
    #expect(moment(3).magnitude < 5 * (15 / count).squareRoot())
    #expect((moment(4) - 3).magnitude < 5 * (96 / count).squareRoot())
  }

  @Test("Streams of neighbouring keys are uncorrelated")
  func correlation() {
    let first = RandomKey(domain: "pairs", seed: 1).stream
    let second = RandomKey(domain: "pairs", seed: 2).stream
    let count = 50_000 as UInt64
    let sum = (0..<count).reduce(0.0) { $0 + first.normal(at: $1) * second.normal(at: $1) }
    // The products have mean 0 and variance 1.
    #expect((sum / Double(count)).magnitude < 5 / Double(count).squareRoot())
  }

  @Test("Integers below a bound are equally likely", arguments: [1, 2, 3, 7, 10])
  func integers(bound: Int) {
    var stream = RandomKey(domain: "integers", seed: Int64(bound)).stream
    let draws = 20_000
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<draws { counts[stream.nextInteger(below: bound)] += 1 }
    let expected = Double(draws) / Double(bound)
    for count in counts {
      #expect((Double(count) - expected).magnitude <= 5 * expected.squareRoot())
    }
  }

  @Test("A permutation holds every index once, and all orders occur")
  func permutations() {
    var stream = RandomKey(domain: "permutations", seed: 5).stream
    #expect(stream.nextPermutation(0).isEmpty)
    #expect(stream.nextPermutation(100).sorted() == Array(0..<100))
    var orders = Set<[Int]>()
    for _ in 0..<200 { orders.insert(stream.nextPermutation(3)) }
    #expect(orders.count == 6)
  }
}
