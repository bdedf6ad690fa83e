import Digest
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "Published digests are reproduced",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func publishedDigests(text: String, expected: String) {
    #expect(SHA256.hash(text).hexadecimal == expected)
    #expect(SHA256.hash(Array(text.utf8)).hexadecimal == expected)
  }

  @Test("The digest does not depend on how the bytes are cut")
  func pieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let whole = SHA256.hash(bytes)
    for cut in [0, 1, 63, 64, 65, 500, 1000] {
      var computation = SHA256()
      computation.update(Array(bytes[..<cut]))
      computation.update(Array(bytes[cut...]).span)
      #expect(computation.finalize() == whole)
    }
  }

  @Test("A finished computation starts again with no bytes")
  func reuse() {
    var computation = SHA256()
    for _ in 0..<3 {
      computation.update(Array("abc".utf8))
      #expect(computation.finish() == SHA256.hash("abc"))
    }
    computation.update(Array("left over".utf8))
    computation.reset()
    #expect(computation.finish() == SHA256.hash(""))
  }

  @Test("A digest is rebuilt from its bytes and from its digits")
  func conversions() throws {
    let digest = SHA256.hash("abc")
    #expect(digest.bytes.count == 32)
    #expect(digest.bytes[0] == 0xBA)
    #expect(digest.word(0) == 0xBA78_16BF_8F01_CFEA)
    #expect(digest.word(3) == 0xB410_FF61_F200_15AD)
    #expect(Digest256(bytes: digest.bytes) == digest)
    #expect(Digest256(hexadecimal: digest.hexadecimal) == digest)
    #expect(Digest256(hexadecimal: digest.hexadecimal.uppercased()) == digest)
    #expect(digest.prefixHexadecimal(characters: 5) == "ba781")
    #expect(digest.prefixHexadecimal(characters: 0).isEmpty)
    #expect("\(digest)" == digest.hexadecimal)
  }

  @Test("Texts that are no digest are refused")
  func refusals() {
    let digits = SHA256.hash("abc").hexadecimal
    #expect(Digest256(bytes: [1, 2, 3]) == nil)
    #expect(Digest256(hexadecimal: String(digits.dropLast())) == nil)
    #expect(Digest256(hexadecimal: digits.dropLast() + "g") == nil)
    #expect(Digest256(hexadecimal: digits.dropLast() + "é") == nil)
  }

  @Test("Digests are ordered as their bytes are")
  func order() {
    let digests = (0..<50).map { SHA256.hash("\($0)") }
    let sorted = digests.sorted().map(\.hexadecimal)
    #expect(sorted == digests.map(\.hexadecimal).sorted())
    #expect(Set(digests + digests).count == 50)
  }
}
