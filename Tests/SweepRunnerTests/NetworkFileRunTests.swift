import Foundation
import Measurements
import SweepRuntime
import SweepSpec
import SweepStore
import TestSupport
import Testing

@testable import SweepRunner

extension Terminal {
  /// No terminal, as standard output in a pipe.
  fileprivate static let plain = Terminal(isTerminal: false, width: 80, hasColour: false)
}

@Suite("Runs of networks from files") struct NetworkFileRunTests {
  private let place: Workplace

  init() throws {
    place = try Workplace([
      "nets.yaml": """
      format: 1
      name: nets
      grid: {network: [{onnx: "1.onnx"}, {onnx: "2.onnx"}]}
      include:
        - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [4]}]}
      measure:
        neural_frames: {data: digits, images: 4, perturbations: {noise: 2}}
        similarity: {images: 6, guide: {onnx: "2.onnx"}}
      """
    ])
    for layers in 1...2 {
      var file = ONNXBuilder(input: [1, 1, 8, 8])
      for layer in 1...layers {
        file.weights("w\(layer)", [1, 1, 3, 3], (0..<9).map { Float($0) / 9 - 0.3 })
        file.node(
          "Conv", [layer == 1 ? "x" : "r1", "w\(layer)"], ["c\(layer)"],
          ["pads": .integers([1, 1, 1, 1])])
        file.node("Relu", ["c\(layer)"], [layer == layers ? "y" : "r\(layer)"])
      }
      try Data(file.bytes).write(to: URL(filePath: place.path("\(layers).onnx")))
    }
  }

  @Test("Ranks that are given the bytes compute the same table as one process, which verifies")
  func ranks() throws {
    #expect(try place.run("nets.yaml", "one.h5", workers: 1).status == .ok)
    let ranks = try place.run("nets.yaml", "three.h5", ranks: 3)
    #expect(ranks.allSatisfy { $0.status == .ok }, "\(ranks.map(\.words))")
    #expect(try place.checksum("three.h5") == place.checksum("one.h5"))
    // What a plan has to know of the files is in the results.
    for name in ["1.onnx", "2.onnx"] {
      try FileManager.default.removeItem(atPath: place.path(name))
    }
    let verified = try place.verify("one.h5")
    #expect(verified.status == .ok, "\(verified.words)")
  }

  @Test("Representations have their names, each of which stands once in the file")
  func names() throws {
    #expect(try place.run("nets.yaml", "out.h5", workers: 1).status == .ok)
    let reader = try ResultReader.open(place.path("out.h5"))
    #expect(try reader.texts("layer_name", in: "labels") == ["input", "y", "r1", "layer_1"])
    #expect(
      try reader.texts("weights", in: "points") == [
        "{onnx: \"1.onnx\"}", "{onnx: \"2.onnx\"}", "{init: he, draws: 1}",
      ])
    // People know networks by their paths and not by the digests that identify them.
    let view = ResultView(
      try reader.columns(among: Registry.schema), pointCount: reader.pointCount,
      networks: try reader.networkNames())
    let summary = try ResultSummary(of: reader, view)
    let texts = summary.slowest.sorted { $0.point < $1.point }.map(\.text)
    #expect(texts.prefix(2) == ["{onnx: \"1.onnx\"}", "{onnx: \"2.onnx\"}"])
    #expect(texts.last?.hasPrefix("{family: chain") == true)
  }

  /// The path of a folder with three networks from files, the last without a frame, and two chains.
  private func framed() throws -> String {
    try place.folder.write(
      """
      format: 1
      name: framed
      grid: {network: [{onnx: "1.onnx"}, {onnx: "2.onnx"}, {onnx: "s.onnx"}]}
      include:
        - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [4]}]}
        - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [4]}], activation: tanh}
      measure: {frame: {statistics: true}}
      """, to: "framed.yaml")
    var file = ONNXBuilder(input: [1, 1, 8, 8])
    file.weights("w", [1, 1, 3, 3], (0..<9).map { Float($0) / 9 - 0.3 })
    file.node("Conv", ["x", "w"], ["c"], ["pads": .integers([1, 1, 1, 1])])
    file.node("Sigmoid", ["c"])
    try Data(file.bytes).write(to: URL(filePath: place.path("s.onnx")))
    return place.path("framed.yaml")
  }

  @Test("A plan names networks without a frame once, and the operations in the way")
  func frameless() throws {
    let path = try framed()
    let sweep = try SweepFile(path: path, bytes: SweepFile.bytes(at: path))
    #expect(
      sweep.frameWarnings == [
        """
        \(path): 2 of 5 points do not have an induced frame, so frame columns stay empty; in the way are:
          s.onnx: sigmoid (y)
          chain: tanh
        """
      ])
    let other = try SweepFile(
      path: place.path("nets.yaml"), bytes: SweepFile.bytes(at: place.path("nets.yaml")))
    #expect(other.frameWarnings.isEmpty)
  }

  @Test("People see networks from files by their names, and why a frame is missing")
  func shownNames() throws {
    _ = try framed()
    #expect(try place.run("framed.yaml", "out.h5", workers: 1).status == .ok)
    let reader = try ResultReader.open(place.path("out.h5"))
    let names = try #require(try reader.networkNames())
    #expect(names == ["1.onnx", "2.onnx", "s.onnx", "", ""])
    let view = ResultView(
      try reader.columns(among: Registry.schema), pointCount: reader.pointCount, networks: names)
    var table = ""
    try PointTable(view).write(
      try view.columns(named: "point,network,family"), as: .csv, leavingOutConstants: false,
      of: reader, to: { table += $0 })
    #expect(
      table
        == "point,network,family\n0,1.onnx,none\n1,2.onnx,none\n2,s.onnx,none\n3,none,chain\n"
        + "4,none,chain\n")
    #expect(view.shown(in: reader).prefix(2).map(\.name) == ["point", "network"])
    let condition = try PointCondition("network=2.onnx", view)
    #expect(
      try reader.values(of: condition.column).map(condition.holds)
        == [false, true, false, false, false])
    let plot = try #require(try FamilyPlot(of: reader, view))
    #expect(plot.rows.map(\.network) == [nil, "1.onnx", "2.onnx"])
    #expect(plot.text(Terminal.plain).contains("\n2.onnx  "))

    let reason = "sigmoid (y) is not a part of induced frames"
    let text = try view.text(ofPoint: 2, in: reader, for: Terminal.plain)
    let row = text.split(separator: "\n").first { $0.hasPrefix("frame_reason") }
    #expect(row?.hasSuffix(reason) == true, "\(text)")
    #expect(try PointReport(2, view, of: reader).frameReason == reason)
    #expect(try PointReport(1, view, of: reader).frameReason == nil)
  }

  @Test("Many networks from files share a row of the plot") func crowd() throws {
    let names = (0..<13).map { "\($0).onnx" }
    let codes = [Int64](repeating: -1, count: 13)
    let values = (1...13).map(Double.init)
    func rows(_ count: Int) -> [String?]? {
      FamilyPlot(
        "deep_frame_potential", Array(values.prefix(count)), families: codes, forms: codes,
        networks: Array(names.prefix(count)))?.rows.map(\.network)
    }
    #expect(rows(12)?.count == 12)
    #expect(rows(13) == ["networks from files"])
  }

  @Test("Whoever did not read the files predicts and deals as those who did") func unread() throws {
    #expect(try place.run("nets.yaml", "out.h5", workers: 1).status == .ok)
    let reader = try ResultReader.open(place.path("out.h5"))
    let text = Array(try reader.sweepText().utf8)
    let path = place.path("nets.yaml")
    let read = try SweepFile(path: path, bytes: text)
    let known = try SweepFile(path: path, bytes: text, inputs: reader.runs().last?["inputs"] ?? "")
    #expect(known.plan.planHash == read.plan.planHash)
    #expect(known.deal(into: 2).shards == read.deal(into: 2).shards)
    #expect(known.predictedSeconds(of: 0..<3).allSatisfy { $0 > 0 && $0.isFinite })
  }

  @Test("Results that another guide was compared with are not reused") func otherGuide() throws {
    #expect(try place.run("nets.yaml", "old.h5", workers: 1).status == .ok)
    try FileManager.default.removeItem(atPath: place.path("2.onnx"))
    try FileManager.default.copyItem(atPath: place.path("1.onnx"), toPath: place.path("2.onnx"))
    let again = try place.run("nets.yaml", "new.h5", workers: 1) {
      $0.reuse = [place.path("old.h5")]
    }
    #expect(again.status == .badInput)
    #expect(again.words.contains("another guide"), "\(again.words)")
  }
}
