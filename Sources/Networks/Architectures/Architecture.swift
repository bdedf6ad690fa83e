/// The ways in which the layers of a network read one another.
///
/// Raw values are the codes of the results file's `family` column and never change.
public enum Family: Int8, KeyWord {
  /// Every layer reads the one before it.
  case chain = 0
  /// A chain in which some layers also add an earlier one before their activation (He et al. 2016).
  case residual = 1
  /// Every layer reads all earlier ones of its stage (Huang et al. 2017).
  case dense = 2
  /// Tokens of patches that attend to one another (Dosovitskiy et al. 2021).
  case transformer = 3
  /// Tokens of patches that are mixed by perceptrons (Tolstikhin et al. 2021).
  case mixer = 4
  /// Stages of blocks that filter each channel and mix channels (Liu et al. 2022).
  case convnext = 5

  /// The families that version 0.1 had, whose networks are made of layers in stages.
  public static let layered: [Family] = [.chain, .residual, .dense]

  /// The families whose stages follow a rule.
  static let staged = layered + [.convnext]

  /// The family's name in sweep files.
  public var name: String {
    switch self {
    case .chain: "chain"
    case .residual: "residual"
    case .dense: "dense"
    case .transformer: "transformer"
    case .mixer: "mixer"
    case .convnext: "convnext"
    }
  }

  /// Whether networks are one stage of blocks of one width, whose number is the key `blocks`.
  public var countsBlocks: Bool { has(.blocks) }

  /// Whether sweep files give networks of the family this key.
  public func has(_ key: ArchitectureKey) -> Bool { key.row.isKey(of: self) }

  /// What layers are activated by in networks that name no other function.
  var standardActivation: ActivationFunction { Self.layered.contains(self) ? .relu : .gelu }

  /// The form in which the family's induced frame is drawn by Murdock & Lucey (2020), figure 1.
  public var defaultForm: Form { self == .chain ? .synthesis : .analysis }
}

/// The two ways of writing a network as one frame.
///
/// Raw values are the codes of the results file's `form` column and never change.
public enum Form: Int8, KeyWord {
  /// Block row j is B_j w_j − u_j: each layer synthesises its input.
  case synthesis = 0
  /// Block row j is w_j − B_jᵀ u_j − skip: each layer analyses its input.
  case analysis = 1

  /// The form's name in sweep files.
  public var name: String { self == .synthesis ? "synthesis" : "analysis" }
}

/// How the stages of a residual network are joined.
///
/// Raw values are the codes of the results file's `shortcut` column and never change.
public enum Shortcut: Int8, KeyWord {
  /// Skips stay inside a stage and add a layer as it is.
  case plain = 0
  /// Stages after the first begin with a strided 1 × 1 projection of the previous stage's last layer.
  case projection = 1
  /// Blocks as with projections; where they shrink or widen, every stride-th pixel is added and new
  /// channels are zero, half of them before and half behind (He et al.'s option A).
  case pad = 2

  /// The shortcut's name in sweep files.
  public var name: String {
    switch self {
    case .plain: "plain"
    case .projection: "projection"
    case .pad: "pad"
    }
  }
}

/// The shape of an image: `channels` × `size` × `size`; size 1 makes a network fully connected.
public struct InputShape: Hashable, Sendable {
  /// The number of channels, at least 1.
  public var channels: Int
  /// The side of the image in pixels, at least 1.
  public var size: Int

  /// Makes a shape; `Architecture` checks it.
  public init(channels: Int, size: Int) {
    self.channels = channels
    self.size = size
  }
}

/// A run of layers with one kernel size; the first of them may be strided.
public struct Stage: Hashable, Sendable {
  /// The width (number of output channels) of every layer, each at least 1.
  public var widths: [Int]
  /// The side of the square kernel, odd.
  public var kernel: Int
  /// The stride of the stage's first layer, at least 1; the other layers have stride 1.
  public var stride: Int

  /// Makes a stage; `Architecture` checks it.
  public init(widths: [Int], kernel: Int, stride: Int) {
    self.widths = widths
    self.kernel = kernel
    self.stride = stride
  }
}

/// A feed-forward network's architecture: what is left of it when the weights are taken away.
///
/// Two architectures are equal when they induce the same family of frames by construction: keys that
/// a family does not have take no part, and a value that is the standard is as good as none.
///
/// **Source**: the project's definitions follow Murdock & Lucey, "Dataless Model Selection with the
/// Deep Frame Potential", CVPR 2020, figure 1.
public struct Architecture: Hashable, Sendable {
  /// How layers read one another.
  public let family: Family
  /// How the network is written as a frame.
  public let form: Form
  /// The shape of the image that enters.
  public let input: InputShape
  /// The stages, at least one.
  public let stages: [Stage]
  /// The values of keys that differ from the standard.
  public internal(set) var options: KeyValues

  /// Checks and makes an architecture.
  ///
  /// - Parameters:
  ///   - family: how layers read one another.
  ///   - input: the shape of the image that enters.
  ///   - stages: the stages, at least one.
  ///   - form: nil for the family's own; residual networks have the analysis form only.
  ///   - options: values of keys; those that the family does not have are passed over.
  ///
  /// **Throws**: `ArchitectureError` naming the first thing that is impossible.
  public init(
    family: Family, input: InputShape, stages: [Stage], form: Form? = nil, options: KeyValues
  ) throws(ArchitectureError) {
    let form = form ?? family.defaultForm
    try Self.check(input, stages)
    if family == .residual, form != .analysis { throw .residualSynthesis }
    self.family = family
    self.form = form
    self.input = input
    self.stages = stages
    self.options = [:]
    try take(options)
    if family == .residual, isLayered { try checkSkips() }
    try checkBlocks()
    try checkNormalization()
    try checkSizes()
  }
}
