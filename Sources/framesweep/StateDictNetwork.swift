import Architectures
import Foundation
import ImageData
import Measurements
import NetworkGraphs
import Networks
import Safetensors
import SweepRunner
import SweepSpec

/// A state dict in safetensors files, as it is understood.
struct StateDictNetwork {
  /// What a network has to be told: the state dict does not hold it.
  struct Options {
    /// The architecture as `include` has it in sweep files; nil if tensors are listed only.
    let architecture: String?
    let padsShortcuts: Bool
  }

  let file: String
  let tensors: [SafetensorsHeader.Entry]
  let architecture: Architecture?
  let weights: SafetensorsWeights

  /// Tells whether a name is that of safetensors files or of an index of them.
  static func isNamed(_ file: String) -> Bool {
    file.hasSuffix(".safetensors") || file.hasSuffix(".safetensors.index.json")
  }

  /// Opens a file, and checks that it holds the weights of the architecture.
  ///
  /// **Throws**: `Failure`.
  init(_ file: String, _ options: Options) throws {
    self.file = file
    architecture = try options.architecture.map(Self.architecture)
    do throws(InputFileError) {
      weights = try SafetensorsWeights(file, padsShortcuts: options.padsShortcuts, name: file)
      if let architecture {
        if architecture.isPlain {
          try weights.check(architecture)
        } else {
          try weights.check(BuiltNetwork(architecture))
        }
      }
    } catch {
      throw Failure(.badInput, error.description)
    }
    tensors = weights.tensors
  }

  /// Reads an architecture as an item of `include`.
  private static func architecture(_ text: String) throws -> Architecture {
    guard let architecture = try network(text).architecture else {
      throw Failure(.usage, "--architecture: expected the keys of an architecture, or a preset")
    }
    return architecture
  }

  private static func network(_ text: String) throws -> PointNetwork {
    do throws(SpecErrors) {
      let spec = try SpecReader.read(
        "format: 1\nname: network\nmeasure: {frame: {statistics: true}}\ninclude:\n  - \(text)\n")
      return try Plan(spec).point(at: 0).network
    } catch {
      let reason = error.errors.first.map { "\($0.problem), expected \($0.expected)" } ?? ""
      throw Failure(.usage, "--architecture: \(reason)")
    }
  }

  /// The network with its classifier, to compute class scores.
  ///
  /// **Throws**: `Failure` if there is no architecture, or no classifier.
  func checked() throws -> CheckedNetwork {
    guard let architecture else {
      throw Failure(
        .usage,
        "\(file): a state dict does not say what it is a network of, expected --architecture")
    }
    do throws(InputFileError) {
      let classifier = try weights.classifier(of: BuiltNetwork(architecture), architecture)
      var built = BuiltNetwork(architecture, classes: classifier.weight.rows)
      var parameters =
        architecture.isPlain
        ? built.parameters(try weights.read(architecture)) : try weights.read(built)
      let scores = built.addScores()
      if let weight = built.classifierWeight, let bias = built.classifierBias {
        parameters[weight.id] = .double(classifier.weight.values)
        parameters[bias.id] = .double(classifier.bias)
      }
      let input = architecture.input
      return CheckedNetwork(
        file: file, graph: built.graph, parameters: parameters, value: scores, output: "scores",
        inputShape: [1, input.channels, input.size, input.size], isNormalizing: false)
    } catch {
      throw Failure(.badInput, error.description)
    }
  }

  /// The listing for people.
  var text: String {
    var parts = [
      alignedTable([
        ["file", file], ["tensors", Show.count(tensors.count)],
        ["numbers", Show.count(tensors.reduce(0) { $0 + $1.shape.reduce(1, *) })],
      ])
    ]
    let rows = [["tensor", "type", "shape"]]
    parts.append(
      alignedTable(
        rows
          + tensors.map { tensor in
            [tensor.name, tensor.type, tensor.shape.map(String.init).joined(separator: " × ")]
          }))
    if let architecture {
      let unused = weights.unusedNames(architecture)
      parts.append(
        "The tensors are the weights of \(architecture.canonicalText)."
          + (unused.isEmpty ? "" : "\nIt does not use \(unused.joined(separator: ", ")).")
      )
    }
    return parts.joined(separator: "\n\n")
  }

  /// The listing for scripts.
  func json(_ check: NetworkCheck.Result?) throws -> String {
    struct Tensor: Encodable {
      let name: String
      let type: String
      let shape: [Int]
    }
    struct Document: Encodable {
      let file: String
      let architecture: String?
      let tensors: [Tensor]
      let check: NetworkCheck.Result?
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let document = Document(
      file: file, architecture: architecture?.canonicalText,
      tensors: tensors.map { Tensor(name: $0.name, type: $0.type, shape: $0.shape) }, check: check)
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }
}
