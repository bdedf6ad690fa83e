import NetworkGraphs
import ONNX
import TestSupport
import Testing

@Suite("Representations of ONNX files") struct RepresentationTests {
  /// Two linear layers, GELU spelled out between them, and a node that is not supported at the end.
  private static let file: ONNXBuilder = {
    var file = ONNXBuilder(input: [1, 4])
    file.weights("w", [4, 4], (0..<16).map { Float($0 % 5) / 4 - 0.5 })
    file.weights("root", [], [1.4142135])
    file.weights("one", [], [1])
    file.weights("half", [], [0.5])
    file.node("MatMul", ["x", "w"], ["first"], name: "/layer.0/MatMul")
    file.node("Div", ["first", "root"], ["a"], name: "/act/Div")
    file.node("Erf", ["a"], ["b"], name: "/act/Erf")
    file.node("Add", ["b", "one"], ["c"], name: "/act/Add")
    file.node("Mul", ["first", "c"], ["d"], name: "/act/Mul")
    file.node("Mul", ["d", "half"], ["act"], name: "/act/Mul_1")
    file.node("Identity", ["act"], ["same"], name: "/Identity")
    file.node("MatMul", ["same", "w"], ["second"], name: "/layer.1/MatMul")
    file.node("NonZero", ["second"], ["y"], name: "/NonZero")
    return file
  }()

  private func names(_ patterns: String...) throws -> [String] {
    try Self.file.network().representations(matching: patterns).names
  }

  @Test("Patterns choose values in the order in which they are computed")
  func order() throws {
    #expect(try names("second", "first") == ["first", "second"])
    #expect(try names("?") == ["a", "b", "c", "d"])
    #expect(try names("*st", "sec*d") == ["first", "second"])
  }

  @Test("Names of nodes count if no value is called so")
  func nodes() throws {
    #expect(try names("/layer.?/MatMul") == ["first", "second"])
    #expect(try names("/act/*") == ["a", "b", "c", "d", "act"])
  }

  @Test("A value with two names is chosen once by a pattern, and twice by both names")
  func aliases() throws {
    #expect(try names("*a*").contains("same") == false)
    #expect(try names("act", "same") == ["act", "same"])
  }

  @Test("A recognised pattern hides no value within it")
  func hidden() throws {
    let network = try Self.file.network()
    #expect(network.patterns.map(\.kind) == ["gelu"])
    let image = [0.5, -1, 2, 0.25]
    let first = try outputs(of: network, image, value: "first", isExact: false)
    let root = Double(Float(1.4142135))
    #expect(
      areClose(
        try outputs(of: network, image, value: "a", isExact: false), first.map { $0 / root },
        relative: 1e-6, absolute: 1e-7))
  }

  @Test("An operator that is not known is named, and does not cost what lies before it")
  func unsupported() throws {
    let found = try Self.file.network().representations(matching: ["*"])
    #expect(found.names == ["first", "a", "b", "c", "d", "act", "second"])
    #expect(found.missing.map(\.place) == ["node '/NonZero' (NonZero)"])
    let error = #expect(throws: ONNXError.self) { _ = try names("y") }
    #expect(error?.description.contains("node '/NonZero' (NonZero)") == true)
  }

  @Test("A pattern that matches nothing is refused with names that there are")
  func nothing() throws {
    let error = #expect(throws: ONNXError.self) { _ = try names("sec") }
    #expect(error?.problem.contains("'sec'") == true)
    #expect(error?.expected == "such names as 'second'")
    // Constants do not depend on the image.
    #expect(throws: ONNXError.self) { _ = try names("w") }
  }
}
