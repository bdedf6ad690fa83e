import Architectures
import Foundation
import NetworkGraphs
import Networks
import RecurrentInference
import SweepRunner
import SweepSpec

/// A point of a sweep as the command line names it: `jobs/quickstart.yaml:17`.
struct SweepPointName {
  let path: String
  /// The point, counted from 0; the first one if none is given.
  let index: Int

  /// Reads a name; nil if it is none of a sweep, which ends in .yaml or .yml.
  init?(_ text: String) {
    var path = text
    var index = 0
    if let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]) {
      (path, index) = (String(text[..<colon]), number)
    }
    guard ["yaml", "yml"].contains(URL(filePath: path).pathExtension.lowercased()) else {
      return nil
    }
    self.path = path
    self.index = index
  }
}

/// What is shown of the network of a point.
struct PointNetworkReport {
  private let name: SweepPointName
  private let point: Point
  private let input: Shape
  private let operations: [OperationSummary]

  /// Reads the sweep and builds the network.
  ///
  /// **Throws**: `Failure` if there is no such point, or with every mistake in the file.
  init(_ name: SweepPointName) throws {
    let sweep = try SweepFile(path: name.path, bytes: SweepFile.bytes(at: name.path))
    guard (0..<sweep.plan.count).contains(name.index) else {
      throw Failure(
        .usage,
        "\(name.path): there is no point \(name.index), expected one from 0 to \(sweep.plan.count - 1)"
      )
    }
    self.name = name
    point = sweep.plan.point(at: name.index)
    let network = InferenceGraph(point.network.build(), sweeps: point.inferenceSweeps).network
    input = network.graph[network.graph.input].shape
    operations = network.graph.summary(
      of: network.values, representations: Set(network.values))
  }

  /// The report for people.
  var text: String {
    let facts = [
      ["sweep", name.path], ["point", "\(name.index)  \(point.shortID)"],
      ["network", point.networkText], ["input", OperationTable.text(input.sides)],
      ["parameters", Show.count(point.network.counts().weights)],
      ["operations", Show.flops(flops)],
      ["representations", "\(operations.count(where: \.isRepresentation))"],
    ]
    return alignedTable(facts) + "\n\n" + OperationTable.text(operations)
  }

  private var flops: Double { operations.reduce(0) { $0 + $1.flops } }

  /// The report for scripts.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      let document = Document(
        sweep: name.path, point: name.index, id: point.shortID, network: point.networkText,
        input: input.sides, parameterCount: point.network.counts().weights, flops: flops,
        operations: operations.map { operation in
          .init(
            name: operation.name, operation: operation.operation, shape: operation.shape.sides,
            parameterCount: operation.parameterCount, flops: operation.flops,
            bytes: operation.byteCount, representation: operation.isRepresentation)
        })
      return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
  }
}

/// Operations as a table for people.
enum OperationTable {
  static func text(_ operations: [OperationSummary]) -> String {
    let head = ["", "operation", "shape", "parameters", "FLOP", "bytes", "value"]
    let rows = operations.map { operation in
      [
        operation.isRepresentation ? "*" : "", operation.operation, text(operation.shape.sides),
        Show.count(operation.parameterCount), Show.flops(operation.flops),
        Show.bytes(Double(operation.byteCount)), operation.name,
      ]
    }
    return alignedTable([head] + rows, rightAligned: [3, 4, 5])
  }

  /// A shape without the batch of one.
  static func text(_ shape: [Int]) -> String {
    shape.dropFirst(shape.count > 1 ? 1 : 0).map(String.init).joined(separator: " × ")
  }
}

/// The report's JSON; its keys are those of scripts.
private struct Document: Encodable {
  struct Operation: Encodable {
    let name: String
    let operation: String
    let shape: [Int]
    let parameterCount: Int
    let flops: Double
    let bytes: Int
    let representation: Bool
  }

  let sweep: String
  let point: Int
  let id: String
  let network: String
  let input: [Int]
  let parameterCount: Int
  let flops: Double
  let operations: [Operation]
}
