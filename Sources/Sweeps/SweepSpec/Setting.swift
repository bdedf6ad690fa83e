internal import Architectures

/// What makes a point impossible.
enum PointError: Error, Equatable {
  case architecture(ArchitectureError)
  case tooManyLayers(Int)
  case images(ImageFacts, input: InputShape)
  case placeholderWithoutValue(String, in: String)
  case sweepsWithoutFrame
  case penaltyWithoutFrame(Architecture?)
  case unreadNetwork(String)
  case statisticsOfFile

  /// One sentence: what is wrong, and what was expected.
  var description: String {
    switch self {
    case .architecture(let error): error.description
    case .tooManyLayers(let count):
      "the network has \(count) layers, expected at most \(Shorthand.layerLimit)"
    case .images(let images, let input):
      "the network reads \(input.channels) × \(input.size) × \(input.size) values and the images "
        + "have \(images.shape.channels) × \(images.shape.size) × \(images.shape.size), "
        + "expected \(images.inputs)"
    case .sweepsWithoutFrame:
      "inference_sweeps descend the energy of an induced frame, expected inference_sweeps: 1, or a "
        + "chain, residual or dense network of convolutions and rectifiers only"
    case .penaltyWithoutFrame:
      "the frame potential that training adds to the loss is known for frames of layers only, expected "
        + "block: plain in a chain, residual or dense network of convolutions and rectifiers, without "
        + "normalization or with normalization: batch"
    case .statisticsOfFile:
      "weights from a file come with statistics of their own, expected normalization_statistics: initial"
    case .unreadNetwork(let path): "nobody looked at \(path), expected its network"
    case .placeholderWithoutValue(let name, let location):
      "it has no \(name) for \(location), expected a file name without {\(name)}"
    }
  }
}

/// The parameters of one point, before an architecture is made of them.
struct Setting: Sendable {
  var values: KeyValues = [:]
  var stages: [StagePattern]?
  var inferenceSweeps = 1
  var seed: Int
  var weights: WeightsSource
  /// The network's file; nil if it has an architecture.
  var networkFile: NetworkFile?

  init(seed: Int, weights: WeightsSource) {
    self.seed = seed
    self.weights = weights
  }

  /// The named architecture; nil where there is none.
  var preset: Preset? { values[.preset]?.word() }

  /// Sets one parameter.
  mutating func assign(_ assignment: Assignment) {
    switch (assignment.parameter, assignment.value) {
    case (.architecture(let key), .plain(let value)): values[key] = value
    case (.architecture(.stages), .stages(let value)): stages = value
    case (.weights, .weights(let value)): weights = value
    case (.network, .network(let value)): networkFile = value
    case (.inferenceSweeps, .plain(.integer(let value))): inferenceSweeps = value
    case (.seed, .plain(.integer(let value))): seed = value
    default: preconditionFailure("\(assignment.parameter.key) takes another kind of value")
    }
  }

  /// The rule behind the stages; nil where they are written one by one.
  func shorthand(for family: Family) -> Shorthand? {
    guard let width = values[.width]?.integer, let inputSize = values[.inputSize]?.integer else {
      return nil
    }
    if family.countsBlocks {
      guard let blocks = (values[.blocks] ?? values[.stageDepth])?.integer else { return nil }
      var rule = Shorthand(stageDepth: blocks, width: width, kernel: 1, stride: 1)
      rule.countsBlocks = true
      return rule
    }
    guard let stageDepth = values[.stageDepth]?.integer else { return nil }
    var rule = Shorthand(
      stageDepth: stageDepth, width: width, stageCount: values[.stageCount]?.integer ?? 1,
      widen: values[.widen]?.real ?? 2,
      kernel: values[.kernel]?.integer
        ?? Shorthand.defaultKernel(inputSize: inputSize, family: family),
      stride: values[.stride]?.integer ?? 2,
      growth: family == .dense ? values[.growth]?.integer : nil)
    if family == .dense { rule.compression = values[.compression]?.real }
    return rule
  }

  /// The network, and the rule behind its stages if there is one.
  ///
  /// What is required was checked when the file was read.
  ///
  /// - Parameters:
  ///   - sweep: the sweep's name, for placeholders.
  ///   - files: what is known of networks from files.
  func network(
    sweep: String, files: NetworkFacts
  ) throws(PointError) -> (network: PointNetwork, rule: Shorthand?) {
    if let request = try networkRequest(sweep: sweep) {
      guard let network = files[request] else { throw .unreadNetwork(request.file.path) }
      return (.file(network), nil)
    }
    let (architecture, rule) = try architecture()
    if inferenceSweeps > 1, !architecture.isPlain { throw .sweepsWithoutFrame }
    return (.architecture(architecture), rule)
  }

  private func architecture() throws(PointError) -> (architecture: Architecture, rule: Shorthand?) {
    let form: Form? = values[.form]?.word()
    if let preset { return (try architecture(of: preset, form), nil) }
    guard let family: Family = values[.family]?.word(),
      let channels = values[.inputChannels]?.integer, let size = values[.inputSize]?.integer
    else { preconditionFailure("a point lacks its family or its input") }
    let rule = shorthand(for: family)
    let layerCount =
      stages.map { $0.reduce(0) { $0 + $1.widths.count } }
      ?? rule.map { $0.stageDepth * $0.stageCount } ?? 0
    guard layerCount <= Shorthand.layerLimit else { throw .tooManyLayers(layerCount) }
    do throws(ArchitectureError) {
      let architecture = try Architecture(
        family: family, input: InputShape(channels: channels, size: size),
        stages: try written(by: rule, for: family, inputSize: size), form: form, options: values)
      return (architecture, rule)
    } catch {
      throw .architecture(error)
    }
  }

  private func architecture(
    of preset: Preset, _ form: Form?
  ) throws(PointError) -> Architecture {
    let published = preset.input(values)
    let input = InputShape(
      channels: values[.inputChannels]?.integer ?? published.channels,
      size: values[.inputSize]?.integer ?? published.size)
    do throws(ArchitectureError) {
      return try preset.architecture(values, input: input, form: form)
    } catch {
      throw .architecture(error)
    }
  }

  private func written(
    by rule: Shorthand?, for family: Family, inputSize: Int
  ) throws(ArchitectureError) -> [Stage] {
    guard let stages else {
      guard let rule else { throw .noStage }
      return try rule.stages(for: family)
    }
    let kernel = Shorthand.defaultKernel(inputSize: inputSize, family: family)
    return stages.enumerated().map { index, stage in
      Stage(
        widths: stage.widths, kernel: stage.kernel ?? kernel,
        stride: stage.stride ?? (index == 0 ? 1 : 2))
    }
  }
}
