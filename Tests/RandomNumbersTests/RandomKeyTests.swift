import Digest
import RandomNumbers
import Testing

@Suite("Random keys")
struct RandomKeyTests {
  @Test("Lists of parts that differ give keys that differ")
  func distinctKeys() {
    let keys = [
      RandomKey(domain: "weights"), RandomKey(domain: "weights", seed: 0),
      RandomKey(domain: "weights", seed: 1), RandomKey(domain: "weights", seed: -1),
      RandomKey(domain: "weight", seed: 0).appending("s"),
      RandomKey(domain: "weights").appending(0),
      RandomKey(domain: "weights").appending([0, 0, 0, 0, 0, 0, 0, 0]),
      RandomKey(domain: "weights").appending("a").appending("b"),
      RandomKey(domain: "weights").appending("ab"),
      RandomKey(domain: "weights").appending("ab").appending(""),
      RandomKey(domain: "weights").appending(Array("ab".utf8)),
      RandomKey(domain: "weights").appending(1).appending(2),
      RandomKey(domain: "weights").appending(2).appending(1),
    ]
    #expect(Set(keys.map(\.digest)).count == keys.count)
    #expect(Set(keys).count == keys.count)
  }

  @Test("The bytes that are hashed are kind, length and content of each part")
  func encoding() {
    let key = RandomKey(domain: "d", seed: -2).appending(3).appending([7, 8]).appending("é")
    let expected: [UInt8] =
      [1, 1, 0, 0, 0, 0, 0, 0, 0, 0x64]
      + [2, 8, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
      + [3, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
      + [4, 2, 0, 0, 0, 0, 0, 0, 0, 7, 8]
      + [5, 2, 0, 0, 0, 0, 0, 0, 0, 0xC3, 0xA9]
    #expect(key.digest == SHA256.hash(expected))
  }

  @Test("Equal parts give equal streams, in whichever way they were added")
  func equalStreams() {
    var appended = RandomKey(domain: "noise", seed: 7)
    appended.append("layer")
    appended.append(4)
    appended.append([1, 2])
    let chained = RandomKey(domain: "noise", seed: 7).appending("layer").appending(4)
      .appending([1, 2])
    #expect(appended == chained)
    #expect(appended.stream.word(at: 11) == chained.stream.word(at: 11))
    #expect(appended.stream.word(at: 0) != appended.appending(0).stream.word(at: 0))
  }
}
