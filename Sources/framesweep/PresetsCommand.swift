import Architectures
import ArgumentParser
import NetworkGraphs
import Networks
import SweepRunner

/// Lists the named architectures and where their numbers come from.
struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets",
    abstract: "List the named architectures.",
    usage: "framesweep presets [<name>] [--json]",
    discussion: """
      Without a name: all of them with their layers, parameters (here and as published), inputs and \
      options as they stand in a sweep file. With a name: also the source, what does not fit, the \
      architecture as text, and the network as a table of operations. With --index: the network of a \
      search space that has this number.

        framesweep presets
        framesweep presets wide_resnet_28
        framesweep presets nas_bench_201 --index 11790
      """)

  @Argument(help: ArgumentHelp("A preset's name.", valueName: "name"))
  var name: String?

  @Option(
    name: .long, help: ArgumentHelp("The number of a search space's network.", valueName: "index"))
  var index: Int?

  @Flag(name: .long, help: "As JSON; docs/json.md lists the keys.")
  var json = false

  func run() throws {
    guard let name else {
      guard index == nil else {
        throw Failure(
          .usage, "--index is that of a search space, expected a preset's name before it")
      }
      let presets = Preset.allCases.map { PresetReport($0) }
      return print(json ? jsonText(presets) : Self.list(presets))
    }
    guard let preset = Preset.allCases.first(where: { $0.name == name }) else {
      throw Failure.unknown(
        "there is no preset '\(name)'", name, among: Preset.allCases.map(\.name))
    }
    let report = PresetReport(preset, try values(of: preset))
    print(json ? jsonText(report) : report.text(Terminal.standardOutput))
  }

  /// The options that the command line gives.
  private func values(of preset: Preset) throws -> KeyValues {
    guard let index else { return [:] }
    guard let count = preset.networkCount else {
      throw Failure(.usage, "\(preset.name) is no search space, expected no --index")
    }
    guard (0..<count).contains(index) else {
      throw Failure(
        .usage,
        "--index is \(index), and \(preset.name) has \(count) networks, expected a whole number from 0 to "
          + "\(count - 1)")
    }
    return [.presetIndex: .integer(index)]
  }

  private static func list(_ presets: [PresetReport]) -> String {
    var rows = [["preset", "layers", "parameters", "published", "input", "options"]]
    for preset in presets {
      // Several options have a line each.
      let options =
        preset.options.isEmpty
        ? ["–"] : preset.options.map { String($0.text.trimmingPrefix("preset_")) }
      rows.append([
        preset.name, Show.count(preset.layers), Show.count(preset.parameters),
        preset.published?.text ?? "–", "\(preset.input.channels) x \(preset.input.size)²",
        options[0],
      ])
      rows += options.dropFirst().map { ["", "", "", "", "", $0] }
    }
    return alignedTable(rows, rightAligned: [1, 2, 3])
      + """


      Layers are representations. Parameters are all that is trained, the classifier
      of the published classes included. The key of an option begins with `preset_`,
      such as `preset_widen`. `framesweep presets NAME` shows the layers and the
      source. With `normalization: none, pooling: stride` the first seventeen are the
      networks of convolutions that they were in version 0.1.
      """
  }
}

/// A named architecture and where its numbers come from.
private struct PresetReport: Encodable {
  struct Published: Encodable {
    let text: String
    let source: String
  }

  struct Input: Encodable {
    let channels: Int
    let size: Int
  }

  struct Option: Encodable {
    let name: String
    let standard: Int
    /// The range of whole numbers; nil for words.
    let smallest: Int?
    let largest: Int?

    var text: String { "\(name): \(standard)" }
  }

  let name: String
  let layers: Int
  let parameters: Int
  /// The parameters as the source has them; nil if it has none.
  let published: Published?
  let input: Input
  let options: [Option]
  let source: String
  /// What does not fit.
  let differences: String
  /// The classes of the classifier that parameters take in; 0 for none.
  let classes: Int
  /// With the standard options.
  let architecture: String
  private let layerTable: String

  private enum CodingKeys: CodingKey {
    case name, layers, parameters, published, input, options, source, differences, classes
    case architecture
  }

  init(_ preset: Preset, _ values: KeyValues = [:]) {
    let architecture: Architecture
    do throws(ArchitectureError) {
      architecture = try preset.architecture(values)
    } catch {
      preconditionFailure("\(preset.name) is impossible with its standard options: \(error)")
    }
    name = preset.name
    layers = architecture.layerCount
    let network = BuiltNetwork(architecture, classes: preset.classes)
    parameters = NetworkCounts(network).trainable
    classes = preset.classes
    layerTable = Self.layerTable(network)
    published =
      values == [:] ? preset.published.map { Published(text: $0.text, source: $0.source) } : nil
    input = Input(channels: preset.input.channels, size: preset.input.size)
    options = preset.options.map { option, standard in
      let range = preset.range(of: option)
      return Option(
        name: option.name, standard: values[option]?.integer ?? standard,
        smallest: range?.lowerBound,
        largest: range?.upperBound)
    }
    source = preset.source
    let isReal = preset.classes > 0 && !preset.differences.isEmpty
    differences =
      (isReal ? "With normalization: none and pooling: stride: " : "") + preset.differences
    self.architecture = architecture.canonicalText
  }

  func text(_ terminal: Terminal) -> String {
    let options = options.map { option in
      option.text
        + (option.smallest.map { " (\($0)–\(option.largest ?? $0))" } ?? "")
    }
    return terminal.wrapped([
      ["name", name], ["options", options.isEmpty ? "–" : options.joined(separator: ", ")],
      ["layers", Show.count(layers)], ["parameters", Show.count(parameters)],
      ["published", published.map { "\($0.text) (\($0.source))" } ?? "–"],
      ["classes", classes == 0 ? "–" : Show.count(classes)],
      ["source", source], ["differences", differences.isEmpty ? "–" : differences],
      ["architecture", architecture],
    ]) + "\n\n" + layerTable
  }

  /// The layers of a network, each with all that it takes since the layer before.
  private static func layerTable(_ network: BuiltNetwork) -> String {
    let operations = network.graph.summary(
      of: network.values, representations: Set(network.values.dropFirst()))
    var rows = [["layer", "shape", "kernel", "parameters", "FLOP"]]
    var layers = network.representations.dropFirst().makeIterator()
    var (parameters, flops) = (0, 0.0)
    for operation in operations {
      parameters += operation.parameterCount
      flops += operation.flops
      guard operation.isRepresentation, let layer = layers.next() else { continue }
      let kernel = layer.weighted.map { weighted in
        "\(weighted.kernel) x \(weighted.kernel)"
          + (weighted.stride > 1 ? " / \(weighted.stride)" : "")
      }
      rows.append([
        layer.name, operation.shape.sides.dropFirst().map(String.init).joined(separator: " x "),
        kernel ?? "–", Show.count(parameters), Show.flops(flops),
      ])
      (parameters, flops) = (0, 0)
    }
    return alignedTable(rows, rightAligned: [3, 4])
  }
}
