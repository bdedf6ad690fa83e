import RandomNumbers
import Testing

@Suite("Philox4x32-10")
struct PhiloxTests {
  struct Vector: Sendable {
    let counter: [UInt32]
    let key: [UInt32]
    let block: [UInt32]
  }

  @Test(
    "The published vectors are reproduced",
    arguments: [
      Vector(
        counter: [0, 0, 0, 0], key: [0, 0],
        block: [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
      Vector(
        counter: [.max, .max, .max, .max], key: [.max, .max],
        block: [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
      Vector(
        counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344],
        key: [0xA409_3822, 0x299F_31D0],
        block: [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]),
    ])
  func publishedVectors(vector: Vector) {
    let generator = Philox4x32(key: (vector.key[0], vector.key[1]))
    let counter = vector.counter
    let block = generator.block((counter[0], counter[1], counter[2], counter[3]))
    #expect([block.0, block.1, block.2, block.3] == vector.block)
  }

  @Test("A stream joins the words of the blocks, the low one first")
  func streamWords() {
    let stream = RandomStream(key: 0, stream: 0)
    #expect(stream.word(at: 0) == 0xE169_C58D_6627_E8D5)
    #expect(stream.word(at: 1) == 0x9B00_DBD8_BC57_AC4C)
    let other = RandomStream(key: 0x299F_31D0_A409_3822, stream: 0x0370_7344_1319_8A2E)
    let block = Philox4x32(key: (0xA409_3822, 0x299F_31D0)).block(
      (0x85A3_08D3, 0x243F_6A88, 0x1319_8A2E, 0x0370_7344))
    #expect(other.word(at: 0x243F_6A88_85A3_08D3 << 1) == UInt64(block.0) | UInt64(block.1) << 32)
  }
}
