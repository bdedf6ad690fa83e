import Architectures
import Foundation
import NetworkGraphs
import Networks
import TestSupport
import Testing

@Suite("Search spaces with published results") struct SearchSpaceTests {
  private static func network(_ preset: Preset, _ digits: String, base: Int) throws -> BuiltNetwork
  {
    let index = try #require(Int(digits, radix: base))
    return BuiltNetwork(
      try preset.architecture([.presetIndex: .integer(index)]), classes: preset.classes)
  }

  /// Trainable parameters, and multiply-adds with those of the classifier.
  private static func counts(_ network: BuiltNetwork) -> (parameters: Int, multiplyAdds: Int) {
    let counts = NetworkCounts(network)
    let classifier = network.classifierWeight?.range.count ?? 0
    return (counts.trainable, counts.flops / 2 + classifier)
  }

  // `params` and `flops` of nas-bench-macro_cifar10.json.
  static let macro: [(String, Int, Int)] = [
    ("00000000", 387_882, 7_713_280), ("02012100", 890_666, 47_327_744),
    ("11111221", 2_181_386, 65_012_224), ("00011110", 1_118_378, 31_390_208),
    ("22222201", 1_673_322, 85_668_352), ("22222202", 2_101_098, 92_463_616),
  ]

  @Test("NAS-Bench-Macro has the parameters and multiply-adds of its table", arguments: macro)
  func macroCounts(choices: String, parameters: Int, multiplyAdds: Int) throws {
    let found = Self.counts(try Self.network(.nasBenchMacro, choices, base: 3))
    #expect(found == (parameters, multiplyAdds))
  }

  // NASLib's `params` of cells whose operations it lists by edge: with ten classes, 0.079156 M and the
  // like less the 5,850 weights and biases of 90 classes more. The largest is NAS-Bench-201's own.
  static let cells: [(String, Int)] = [
    ("000000", 73_306), ("111111", 73_306), ("444444", 73_306), ("333333", 1_531_546),
    // (4, 3, 3, 3, 2, 3): avg_pool, 1x1, 1x1, 1x1, 3x3, 1x1 of edges 01, 02, 03, 12, 13, 23.
    ("422232", 428_346),
    // (2, 0, 2, 2, 2, 0).
    ("313331", 1_045_466),
  ]

  @Test("NAS-Bench-201 has the parameters of its tables", arguments: cells)
  func cellCounts(operations: String, parameters: Int) throws {
    #expect(
      Self.counts(try Self.network(.nasBench201, operations, base: 5)).parameters == parameters)
  }

  // MARK: Tables

  static let tables = URL(filePath: "../shared/real/tables")

  static func isThere(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: tables.appending(path: name).path)
  }

  static func table<Table: Decodable>(_ name: String, of: Table.Type) throws -> Table {
    try JSONDecoder().decode(Table.self, from: Data(contentsOf: tables.appending(path: name)))
  }

  struct MacroRow: Decodable {
    let params: Int
    let flops: Int
  }

  static let macroTable = "nas-bench-macro_cifar10.json"

  @Test(
    "All networks of NAS-Bench-Macro have the counts of its table",
    .enabled(if: isThere(macroTable), "the table of NAS-Bench-Macro is not there"))
  func wholeMacroTable() throws {
    let rows = try Self.table(Self.macroTable, of: [String: MacroRow].self)
    #expect(rows.count == Preset.nasBenchMacro.networkCount)
    for (choices, row) in rows {
      let found = Self.counts(try Self.network(.nasBenchMacro, choices, base: 3))
      guard found != (row.params, row.flops) else { continue }
      Issue.record("\(choices) has \(found), expected \(row)")
    }
  }

  struct CellRow: Decodable {
    let params: Double
    let flops: Double
  }

  static let cellTable = "NASLib_benchmarks_zc_nasbench201.json"

  @Test(
    "The networks of NASLib's sample have the parameters of its table, and all the range of the space",
    .enabled(if: isThere(cellTable), "NASLib's table of NAS-Bench-201 is not there"))
  func wholeCellTable() throws {
    let table = try Self.table(Self.cellTable, of: [String: [String: [String: CellRow]]].self)
    let rows = try #require(table["nasbench201"]?["cifar10"])
    #expect(rows.count == 491)
    // NASLib's order of operations, and of edges.
    let operations: [CellOperation] = [.skip, .none, .convolution3, .convolution1, .averagePool]
    let edges = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    for (key, row) in rows {
      let codes = key.split { !$0.isNumber }.compactMap { Int($0) }
      let digits = Architecture.cellEdges.map { edge -> String in
        let place = edges.firstIndex { $0 == edge } ?? 0
        return String(operations[codes[place]].rawValue)
      }
      let found = Self.counts(try Self.network(.nasBench201, digits.joined(), base: 5))
      #expect(found.parameters == Int((row.params * 1e6).rounded()), "\(key)")
    }
    var (least, most) = (Int.max, 0)
    for index in 0..<Architecture.cellCount {
      let network = BuiltNetwork(
        try Preset.nasBench201.architecture([.presetIndex: .integer(index)]), classes: 10)
      let count = NetworkCounts(network).trainable
      (least, most) = (min(least, count), max(most, count))
    }
    #expect((least, most) == (73_306, 1_531_546))
  }

  // MARK: Cells

  @Test("A cell computes the sums of its edges")
  func sums() throws {
    // One channel, one pixel: a convolution of kernel 1 is a number, and so are skips and pooling.
    func output(_ digits: String, at image: Double) throws -> (value: Double, network: BuiltNetwork)
    {
      let network = BuiltNetwork(
        try Architecture(
          family: .residual, input: InputShape(channels: 1, size: 1),
          stages: [Stage(widths: [1], kernel: 1, stride: 1)],
          options: [
            .block: KeyValue(Block.cell), .cell: .integer(Int(digits, radix: 5) ?? 0),
          ]))
      var vector = [Double](repeating: 0, count: network.parameterCount)
      var convolutions = 0.0
      for parameter in network.parameters where parameter.role == .weight {
        let kernel = network.graph[parameter.id].shape[2]
        let isStem = network.graph[parameter.id].name.hasPrefix("stem")
        if !isStem { convolutions += 1 }
        // The tap in the middle.
        vector[parameter.range.lowerBound + kernel * kernel / 2] = isStem ? 1 : 1 + convolutions
      }
      // What the last activation reads.
      let place = network.values.last.flatMap { network.graph[$0].node }
      guard let place, case .value(let sum) = network.graph.nodes[place].operands[0] else {
        return (.nan, network)
      }
      let evaluator = try Evaluator<Double>(
        network.graph, parameters: network.parameters(vector), representations: [sum], images: 1,
        vectors: 1)
      evaluator.store([image].span, vectorsFrom: 0, ofImage: 0)
      var found = Double.nan
      try evaluator.run { found = $0.vector(0, ofImage: 0)[0] }
      return (found, network)
    }
    // Node 1 is 2 x, node 2 is x + 2 x, node 3 is x + 3 · 2 x + 3 x.
    #expect(try output("211121", at: 0.5).value == 0.5 * 10)
    // A negative image is rectified before convolutions only.
    #expect(try output("211121", at: -0.5).value == -0.5 * 2)
    // Node 1 is zero, and so is what reads it.
    let dead = try output("000020", at: 0.5)
    #expect(dead.value == 0)
    #expect(dead.network.parameters.count { $0.role == .weight } == 2)
  }
}
