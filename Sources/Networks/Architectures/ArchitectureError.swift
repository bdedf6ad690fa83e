/// What makes an architecture impossible.
///
/// Stages and layers are counted from 1 in the description, from 0 in the associated values.
public enum ArchitectureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The image has no channel.
  case inputChannels(Int)
  /// The image has no pixel.
  case inputSize(Int)
  /// There is no stage.
  case noStage
  /// A stage has no layer.
  case emptyStage(stage: Int)
  /// A layer has no channel.
  case width(Int, stage: Int, layer: Int)
  /// A rule has led to a layer that is too wide.
  case tooWide(Int, stage: Int)
  /// A kernel is even or not positive.
  case kernel(Int, stage: Int)
  /// A stride is not positive.
  case stride(Int, stage: Int)
  /// A skip joins layers of different width.
  case skipWidths(from: Int, fromWidth: Int, to: Int, toWidth: Int)
  /// Groups that are normalised together do not divide a layer's channels.
  case normGroups(Int, width: Int)
  /// A family has no such blocks.
  case block(Block, Family)
  /// Blocks need a stem, and there is none.
  case stem(Block)
  /// A number of choices is too large for its blocks.
  case choices(Int, limit: Int)
  /// The cells of a stage differ in width.
  case cellWidths(stage: Int)
  /// A search space has no network of a number.
  case presetIndex(Int, Preset)
  /// A number has to divide another one and does not.
  case divisor(ArchitectureKey, Int, of: String, Int)
  /// An image is too small to shrink any more.
  case tooSmall(stage: Int)
  /// The blocks of a transformer or a mixer differ in width, or there are several stages of them.
  case tokens(Family)
  /// Half of the new channels of a shortcut are to be zeros before the others, and half behind.
  case padding(from: Int, to: Int)
  /// A key has a value that it cannot have.
  case option(ArchitectureKey, KeyValue)
  /// A residual network was asked for in the synthesis form.
  case residualSynthesis
  /// A count of the network, or of its frame, does not fit 64-bit integers.
  case tooLarge

  /// One sentence: what is wrong, and what was expected.
  public var description: String {
    switch self {
    case .inputChannels(let n): "the input has \(n) channels, expected at least 1"
    case .inputSize(let n): "the input's size is \(n), expected at least 1"
    case .noStage: "there is no stage, expected at least one"
    case .emptyStage(let stage): "stage \(stage + 1) has no layer, expected at least one width"
    case .width(let width, let stage, let layer):
      "layer \(layer + 1) of stage \(stage + 1) has width \(width), expected at least 1"
    case .tooWide(let width, let stage):
      "stage \(stage + 1) is \(width) wide, expected at most \(Shorthand.widthLimit)"
    case .kernel(let kernel, let stage):
      "the kernel of stage \(stage + 1) is \(kernel), expected an odd number (1, 3, 5, …)"
    case .stride(let stride, let stage):
      "the stride of stage \(stage + 1) is \(stride), expected at least 1"
    case .skipWidths(let from, let fromWidth, let to, let toWidth):
      "a skip joins layer \(from + 1) of width \(fromWidth) and layer \(to + 1) of width "
        + "\(toWidth), expected equal widths"
    case .normGroups(let groups, let width):
      "\(groups) norm_groups do not divide the \(width) channels of a layer, expected a divisor"
    case .block(let block, let family):
      "\(family.name) networks have no \(block.name) blocks, expected "
        + (family == .dense ? "plain, bottleneck or preactivation" : "another block")
    case .stem(let block): "\(block.name) blocks need a stem, expected stem: cifar or imagenet"
    case .choices(let number, let limit):
      "choices is \(number), expected a whole number from 0 to \(limit - 1): a digit in base 3 for "
        + "each block"
    case .cellWidths(let stage):
      "the cells of stage \(stage + 1) differ in width, expected equal widths"
    case .presetIndex(let index, let preset):
      "preset_index is \(index), expected a whole number from 0 to "
        + "\((preset.networkCount ?? 1) - 1): \(preset.name) has no more networks"
    case .divisor(let key, let number, let what, let whole):
      "\(key.name): \(number) does not divide \(what), \(whole), expected a divisor"
    case .tooSmall(let stage):
      "the image is too small for stage \(stage + 1), expected a larger one or fewer stages"
    case .tokens(let family):
      "a \(family.name) has one stage of blocks of one width, expected equal widths"
    case .padding(let from, let to):
      "a padded shortcut joins \(from) channels to \(to), expected as many or an even number more"
    case .option(let key, let value):
      "\(key.name) is \(value.text), expected "
        + (key.row.reading.mistake(in: value)?.expected ?? "another value")
    case .residualSynthesis:
      "the synthesis form is not defined for residual networks, expected form: analysis"
    case .tooLarge: "the network's counts do not fit 64-bit integers, expected a smaller one"
    }
  }
}
