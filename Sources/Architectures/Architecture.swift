/// The three ways in which the layers of a network read one another.
///
/// Raw values are the codes of the results file's `family` column and never change.
public enum Family: Int8, Sendable, CaseIterable {
  /// Every layer reads the one before it.
  case chain = 0
  /// A chain in which some layers also add an earlier one before their activation (He et al. 2016).
  case residual = 1
  /// Every layer reads all earlier ones of its stage (Huang et al. 2017).
  case dense = 2

  /// The family's name in sweep files.
  public var name: String {
    switch self {
    case .chain: "chain"
    case .residual: "residual"
    case .dense: "dense"
    }
  }

  /// The form in which the family's induced frame is drawn by Murdock & Lucey (2020), figure 1.
  public var defaultForm: Form { self == .chain ? .synthesis : .analysis }
}

/// The two ways of writing a network as one frame.
///
/// Raw values are the codes of the results file's `form` column and never change.
public enum Form: Int8, Sendable, CaseIterable {
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
public enum Shortcut: Int8, Sendable, CaseIterable {
  /// Skips stay inside a stage and add a layer as it is.
  case plain = 0
  /// Stages after the first begin with a strided 1 × 1 projection of the previous stage's last layer.
  case projection = 1

  /// The shortcut's name in sweep files.
  public var name: String { self == .plain ? "plain" : "projection" }
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
/// Two architectures are equal when they induce the same family of frames by construction; keys that
/// a family does not use (`skipLength`, `shortcut`) are fixed to neutral values.
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
  /// The distance between layers that a skip joins; 0 unless the family is residual.
  public let skipLength: Int
  /// How stages are joined; plain unless the family is residual.
  public let shortcut: Shortcut

  /// Checks and makes an architecture.
  ///
  /// - Parameters:
  ///   - family: how layers read one another.
  ///   - input: the shape of the image that enters.
  ///   - stages: the stages, at least one.
  ///   - form: nil for the family's own; residual networks have the analysis form only.
  ///   - skipLength: used by residual networks only.
  ///   - shortcut: used by residual networks only.
  ///
  /// **Throws**: `ArchitectureError` naming the first thing that is impossible.
  public init(
    family: Family, input: InputShape, stages: [Stage], form: Form? = nil, skipLength: Int = 2,
    shortcut: Shortcut = .plain
  ) throws(ArchitectureError) {
    let form = form ?? family.defaultForm
    try Self.check(input, stages)
    if family == .residual {
      guard form == .analysis else { throw .residualSynthesis }
      guard skipLength >= 1 else { throw .skipLength(skipLength) }
    }
    self.family = family
    self.form = form
    self.input = input
    self.stages = stages
    self.skipLength = family == .residual ? skipLength : 0
    self.shortcut = family == .residual ? shortcut : .plain
    if family == .residual { try checkSkips() }
    try checkSizes()
  }

  /// The number of layers, which papers call depth.
  public var layerCount: Int { stages.reduce(0) { $0 + $1.widths.count } }
}
