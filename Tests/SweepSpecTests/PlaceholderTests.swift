import Measurements
import SweepSpec
import Testing

@Suite("Placeholders in flow mappings") struct PlaceholderTests {
  @Test("Each of many is read as in a block") func many() throws {
    let points = (1...60).map { width in
      "  - {family: chain, input: {channels: 1, size: 1}, stages: [{widths: [\(width)]}], "
        + "weights: {file: nets/{layer_count}{family}/{seed}-\(width).h5, group: /g{layer_count}}}"
    }
    let plan = try plan("include:\n" + points.joined(separator: "\n"))
    #expect(plan.count == 60)
    for index in 0..<plan.count {
      guard case .file(let location) = plan.point(at: index).weights else {
        Issue.record("no file")
        continue
      }
      #expect(location.path == "nets/1chain/0-\(index + 1).h5")
      #expect(location.group == "/g1")
    }
  }

  @Test("Braces of other words, keys among them, are what they were") func others() throws {
    let error = #expect(throws: SpecErrors.self) {
      try SpecReader.read(
        """
        format: 1
        name: a{b}c
        wid{th}s: 1
        "quo{te}d": 1 # com{ment}
        weights: {file: nets/{width}.h5}
        include: [{family: "ch{ai}n", input: {channels: 1, size: 1}, stages: [{widths: [2]}]}]
        """)
    }
    let text = try #require(error?.description)
    #expect(text.contains("3:1: wid{th}s: unknown key 'wid{th}s'"), "\(text)")
    #expect(text.contains("unknown key 'quo{te}d'"), "\(text)")
    #expect(text.contains("found the text \"ch{ai}n\""), "\(text)")
  }
}
