import Measurements
import SweepSpec
import Testing

/// A file with one thing wrong, or several, and what is said of it.
struct BadFile: Sendable, CustomTestStringConvertible {
  let topic: String
  let text: String
  let messages: String

  var testDescription: String { topic }

  init(_ topic: String, text: String, messages: String) {
    self.topic = topic
    self.text = text
    self.messages = messages
  }

  /// A file whose keys besides the grid are right; what is given starts on its line 4.
  init(_ topic: String, grid: String, messages: String) {
    let head = "format: 1\nname: test\nmeasure: {frame: {minimum: true}}\n"
    self.init(topic, text: head + grid, messages: messages)
  }
}

@Suite("Mistakes in sweep files")
struct BadFileTests {
  @Test(
    "Every mistake is reported with its place, what is wrong and what was expected",
    arguments: BadFile.text + BadFile.keys + BadFile.values + BadFile.points
      + BadFile.presets + BadFile.neuralFrames + BadFile.weights)
  func reports(file: BadFile) {
    let error = #expect(throws: SpecErrors.self) { _ = try Plan(SpecReader.read(file.text)) }
    #expect(error?.description == file.messages)
  }

  @Test("Twenty mistakes are listed, and how many there are besides")
  func limitsTheList() {
    let zeros = [String](repeating: "0", count: 25).joined(separator: ", ")
    let error = #expect(throws: SpecErrors.self) {
      try SpecReader.read(
        """
        format: 1
        name: test
        measure: {frame: {minimum: true}}
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 1}
        grid: {width: [\(zeros)]}
        """)
    }
    let lines = error?.text(file: "a.yaml").split(separator: "\n") ?? []
    #expect(lines.count == 21)
    #expect(
      lines.first == """
        a.yaml:5:16: grid.width[0]: 0 is too small, expected a whole number from 1 to 999999999
        """)
    #expect(lines.last == "a.yaml: and 5 more")
  }

  @Test("Bytes that are no UTF-8 are reported with their place")
  func reportsEncoding() {
    let bytes = Array("format: 1\nname: é".utf8) + [0xE9, 0x0A]
    let error = #expect(throws: SpecErrors.self) { try SpecReader.read(bytes) }
    #expect(error?.description == "2:8: this byte is not UTF-8, expected a text in UTF-8")
  }

  @Test("Lines that end with a carriage return have the same places")
  func countsCarriageReturns() {
    let error = #expect(throws: SpecErrors.self) {
      try SpecReader.read("\u{FEFF}format: 1\r\nname: x\r\nname: y\r\nmeasure: 3\r\ninclude: 1\r\n")
    }
    #expect(error?.errors.map(\.place.line) == [3, 4, 5])
    #expect(error?.errors.map(\.place.column) == [1, 10, 10])
  }
}
