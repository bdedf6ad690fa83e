import Architectures
import ArgumentParser
import Digest
import Foundation
import ImageData
import NetworkGraphs
import ONNX
import SweepRunner
import SweepRuntime

/// Shows a network from a file as it was understood.
struct NetworkCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "network",
    abstract: "Show a network from a file, or of a point of a sweep, as a graph.",
    usage: "framesweep network <file> [<options>]",
    discussion: """
      A table of its operations: names and shapes of their values, parameters, operations and bytes \
      for one image. A star marks the representations that a sweep measures if it chooses no others. \
      Of a file, the patterns that became one operation each and the nodes that are not supported \
      follow. Points are counted from 0, and the first one is shown if none is given.

      With --check the network's outputs for some images, to be compared with those of another \
      program; and, if the images have classes, how many it gets right. Images are in [0, 1]: what \
      the network was trained with beyond that is said with --mean and --std.

      A safetensors file has weights and their names only. So it is listed; with --architecture it is \
      said whether they fit, and --check computes the class scores with the classifier in the file.

        framesweep network jobs/quickstart.yaml:17
        framesweep network resnet20.onnx
        framesweep network resnet20.onnx --check test_batch.bin --mean 0.485,0.456,0.406 \\
          --std 0.229,0.224,0.225
        framesweep network net.safetensors --architecture '{preset: cifar_resnet_20}'
      """)

  @Argument(
    help: ArgumentHelp(
      "An ONNX file, a safetensors file or index, or a sweep (YAML) with a point.",
      valueName: "file"))
  var file: String

  @Flag(name: .long, help: "All of it as JSON.")
  var json = false

  @Option(
    name: .long, help: "Extents of one input where the file leaves them open: 3,224,224.")
  var input: NumberList<Int>?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The network that a safetensors file is of, as an item of 'include' in sweep files.",
      valueName: "text"))
  var architecture: String?

  @Flag(
    name: .long,
    help: "Shortcuts without weights in the file put their channels between zeros.")
  var paddedShortcuts = false

  @OptionGroup var check: NetworkCheck.Options

  func validate() throws {
    try check.validate()
    guard StateDictNetwork.isNamed(file) || architecture == nil && !paddedShortcuts else {
      throw ValidationError("--architecture and --padded-shortcuts go with safetensors files")
    }
    guard !StateDictNetwork.isNamed(file) || input == nil else {
      throw ValidationError("--input goes with ONNX files; an architecture has its own")
    }
    guard architecture != nil || !paddedShortcuts else {
      throw ValidationError("--padded-shortcuts goes with --architecture")
    }
  }

  var terms: [StartRequest.Term] {
    [
      .path("the network", file), .option("--input", input), .option("--json", json),
      .option("--architecture", architecture), .option("--padded-shortcuts", paddedShortcuts),
      .path("--check", check.check ?? ""),
      StartRequest.Term("the check's options", check.text),
    ]
  }

  func run(in job: RankedJob?) throws {
    if let point = SweepPointName(file) {
      let report = try agreed(job) { try pointReport(point) }
      return try show(json ? report.json : report.text, in: job)
    }
    guard !StateDictNetwork.isNamed(file) else { return try runStateDict(in: job) }
    let (bytes, network, images) = try agreed(job) { try open() }
    let summary = try read { () throws(ONNXError) in try network.summary() }
    let result = try images.map { try NetworkCheck(network, $0, check).run(in: job) }
    let report = NetworkReport(
      network: network, digest: bytes.digest.hexadecimal, operations: summary, check: result)
    try show(json ? report.json : report.text, in: job)
  }

  private func runStateDict(in job: RankedJob?) throws {
    let (network, check) = try agreed(job) { () throws -> (StateDictNetwork, NetworkCheck?) in
      let network = try StateDictNetwork(
        file, .init(architecture: architecture, padsShortcuts: paddedShortcuts))
      let options = self.check
      return (
        network, try options.openImages().map { try NetworkCheck(network.checked(), $0, options) }
      )
    }
    let result = try check?.run(in: job)
    let text = [network.text, result?.text].compactMap(\.self).joined(separator: "\n\n")
    try show(json ? network.json(result) : text, in: job)
  }

  /// What a rank opened, if all of them could.
  private func agreed<Value>(_ job: RankedJob?, _ body: () throws -> Value) throws -> Value {
    let own = Swift.Result { try body() }
    // Every rank says how it went before any of them continues: one that left would be waited for.
    let problem = problem(of: own)
    let problems = try (job?.exchange(problem) ?? [problem]).filter { !$0.isEmpty }
    if let first = problems.first {
      if case .failure(let failure as Failure) = own { throw failure }
      throw Failure(.badInput, first)
    }
    return try own.get()
  }

  /// Prints a report, on rank 0 only, when all ranks are done.
  private func show(_ report: @autoclosure () throws -> String, in job: RankedJob?) throws {
    try job?.leave()
    guard (job?.ranks.rank ?? 0) == 0 else { return }
    print(try report())
    guard fflush(nil) == 0 else {
      throw Failure(.cannotWrite, "standard output: it cannot be written, expected room in it")
    }
  }

  private func pointReport(_ point: SweepPointName) throws -> PointNetworkReport {
    guard input == nil, check.check == nil else {
      throw Failure(
        .usage, "\(file): a point of a sweep has no --input and no --check, expected an ONNX file")
    }
    return try PointNetworkReport(point)
  }

  /// What went wrong; empty if nothing did.
  private func problem<Value>(of result: Swift.Result<Value, any Error>) -> String {
    guard case .failure(let error) = result else { return "" }
    return (error as? Failure)?.message ?? "\(error)"
  }

  /// Reads the file, and opens the images.
  private func open() throws -> (bytes: ONNXBytes, network: ONNXNetwork, images: ImageSet?) {
    let bytes = try read { () throws(ONNXError) in try ONNXBytes(path: file, name: file) }
    let images = try check.openImages()
    let shape = input?.numbers ?? images.map { [$0.shape.channels, $0.shape.size, $0.shape.size] }
    let network = try read { () throws(ONNXError) in try open(bytes, shape: shape) }
    if let images { _ = try NetworkCheck(network, images, check) }
    return (bytes, network, images)
  }

  /// Opens a network; the given shape counts only if the file leaves its own open.
  private func open(_ bytes: ONNXBytes, shape: [Int]?) throws(ONNXError) -> ONNXNetwork {
    guard input == nil else { return try ONNXNetwork(bytes, shape: shape) }
    do throws(ONNXError) {
      return try ONNXNetwork(bytes)
    } catch {
      guard let shape else { throw error }
      do throws(ONNXError) { return try ONNXNetwork(bytes, shape: shape) } catch _ { throw error }
    }
  }

  private func read<Result>(_ body: () throws(ONNXError) -> Result) throws -> Result {
    do throws(ONNXError) {
      return try body()
    } catch {
      throw Failure(.badInput, error.description)
    }
  }
}

/// Numbers with commas between them.
struct NumberList<Number: LosslessStringConvertible & Sendable>: ExpressibleByArgument,
  CustomStringConvertible
{
  let numbers: [Number]

  var description: String { numbers.map(\.description).joined(separator: ",") }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = parts.compactMap { Number($0.trimmingCharacters(in: .whitespaces)) }
    guard numbers.count == parts.count else { return nil }
  }
}

/// What is shown of a network.
struct NetworkReport {
  let network: ONNXNetwork
  let digest: String
  let operations: [OperationSummary]
  let check: NetworkCheck.Result?

  /// The report for people.
  var text: String {
    var parts = [alignedTable(facts), OperationTable.text(operations)]
    if !network.patterns.isEmpty {
      let counts = Dictionary(grouping: network.patterns, by: \.kind).mapValues(\.count)
      let kinds = counts.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
      parts.append("Recognised: \(kinds.joined(separator: ", ")).")
    }
    if !network.unsupported.isEmpty {
      let missing = network.outputs.filter { network.shape(of: $0) == nil }
      let effect =
        missing.isEmpty
        ? "No output depends on them."
        : "These outputs depend on them: \(missing.joined(separator: ", "))."
      parts.append(
        "Not supported. \(effect)\n"
          + network.unsupported.map { "  \($0)" }.joined(separator: "\n"))
    }
    if let check { parts.append(check.text) }
    return parts.joined(separator: "\n\n")
  }

  private var facts: [[String]] {
    [
      ["file", network.file], ["written by", network.producer.isEmpty ? "–" : network.producer],
      ["opset", "\(network.operatorSet)"], ["sha256", digest],
      ["input", "\(network.input)  \(OperationTable.text(network.inputShape))"],
      [
        network.outputs.count == 1 ? "output" : "outputs",
        network.outputs.map { name in
          "\(name)  \(network.shape(of: name).map(OperationTable.text) ?? "not supported")"
        }.joined(separator: ", "),
      ],
      ["parameters", Show.count(parameterCount)],
      ["operations", Show.flops(flops)],
      ["representations", "\(operations.count(where: \.isRepresentation))"],
    ]
  }

  private var parameterCount: Int { operations.reduce(0) { $0 + $1.parameterCount } }
  private var flops: Double { operations.reduce(0) { $0 + $1.flops } }

  /// The report for scripts.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      let operators = network.operatorNames
      let document = Document(
        file: network.file, producer: network.producer, opset: network.operatorSet,
        sha256: digest, input: Document.Value(name: network.input, shape: network.inputShape),
        outputs: network.outputs.map { .init(name: $0, shape: network.shape(of: $0)) },
        parameterCount: parameterCount, flops: flops,
        operations: operations.map { operation in
          .init(
            name: operation.name, operation: operation.operation,
            operator: operators[operation.name] ?? "", shape: operation.shape.sides,
            parameterCount: operation.parameterCount, flops: operation.flops,
            bytes: operation.byteCount, representation: operation.isRepresentation)
        },
        patterns: network.patterns.map { .init(kind: $0.kind, value: $0.value) },
        notSupported: network.unsupported.map { .init(place: $0.place ?? "", reason: $0.problem) },
        check: check)
      return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
  }
}

/// The report's JSON; its keys are those of scripts.
private struct Document: Encodable {
  struct Value: Encodable {
    let name: String
    let shape: [Int]?
  }

  struct Operation: Encodable {
    let name: String
    let operation: String
    let `operator`: String
    let shape: [Int]
    let parameterCount: Int
    let flops: Double
    let bytes: Int
    let representation: Bool
  }

  struct Pattern: Encodable {
    let kind: String
    let value: String
  }

  struct Refusal: Encodable {
    let place: String
    let reason: String
  }

  let file: String
  let producer: String
  let opset: Int
  let sha256: String
  let input: Value
  let outputs: [Value]
  let parameterCount: Int
  let flops: Double
  let operations: [Operation]
  let patterns: [Pattern]
  let notSupported: [Refusal]
  let check: NetworkCheck.Result?
}
