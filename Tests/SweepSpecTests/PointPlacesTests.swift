import Bytes
import TestSupport
import Testing

@testable import SweepSpec

@Suite("Places of points") struct PointPlacesTests {
  /// Places of which all, most, some, few or none are points; the borders of words and blocks among them.
  private static let cases: [(count: Int, share: Double)] = [
    (1, 1), (64, 1), (5_000, 1), (63, 0.9), (64, 0.5), (65, 0.5), (512, 0.99), (513, 0.5),
    (4_097, 0.1), (20_000, 0.5), (20_000, 0.03), (20_000, 0.001), (100, 0),
  ]

  @Test("Every point is found at its place", arguments: 0..<cases.count)
  func selects(_ number: Int) throws {
    let (count, share) = Self.cases[number]
    var random = SeededGenerator(seed: UInt64(number))
    let places = (0..<UInt32(count)).filter { _ in Double.random(in: 0..<1, using: &random) < share
    }
    let found = PointPlaces(places, of: count)
    #expect(found.count == places.count)
    #expect((0..<found.count).map { found[$0] } == places.map { Int($0) })
    var reader = ByteReader(found.bytes)
    let received = try PointPlaces(&reader)
    #expect(received == found)
    #expect((0..<received.count).map { received[$0] } == places.map { Int($0) })
  }

  @Test("A sweep that leaves out nothing takes no memory for its places, others a bit or a word")
  func sizes() {
    #expect(PointPlaces(Array(0..<100_000), of: 100_000).bytes.count == 9)
    let half = (0..<UInt32(100_000)).filter { $0 % 2 == 0 }
    #expect(PointPlaces(half, of: 100_000).bytes.count <= 9 + 100_000 / 8 + 8)
    #expect(PointPlaces([5, 70_000], of: 100_000).bytes.count == 9 + 8)
  }
}
