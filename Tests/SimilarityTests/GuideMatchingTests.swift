import Similarity
import Testing

@Suite("Matching of a guide's layers") struct GuideMatchingTests {
  @Test("Layers are matched by their relative depth, halves going to the even one") func matching()
  {
    func matched(_ guide: Int, _ count: Int) -> [[Int]] {
      GuideMatching(guideCount: guide, count: count).guideLayers
    }
    #expect(matched(4, 4) == [[0], [1], [2], [3]])
    #expect(matched(3, 5) == [[0], [], [1], [], [2]])
    // 0, 0.5, 1, 1.5 and 2.
    #expect(matched(5, 3) == [[0, 1], [2], [3, 4]])
    #expect(matched(1, 3) == [[], [], [0]])
    #expect(matched(3, 1) == [[0, 1, 2]])
  }
}
