/// How the layers of a stage are made into blocks.
///
/// Raw values are the codes of the results file's `block` column and never change.
public enum Block: Int8, KeyWord {
  /// A width is a layer; skips follow from `skip_length`.
  case plain = 0
  /// A width is a block of two layers, whose sum with what entered is activated.
  case basic = 1
  /// Residual: a block of three layers, 1 × 1, the kernel's and 1 × 1. Dense: a layer is a 1 × 1
  /// convolution and one of the kernel, each behind a normalisation and an activation.
  case bottleneck = 2
  /// Normalisation and activation stand before each convolution.
  case preactivation = 3
  /// A block that widens by a 1 × 1 convolution, filters each channel, and ends without an activation.
  case inverted = 4
  /// A digit of the key `choices` makes the block: nothing, or an inverted block.
  case choice = 5
  /// A cell whose operations the key `cell` says, as in NAS-Bench-201.
  case cell = 6

  /// The block's name in sweep files.
  public var name: String {
    switch self {
    case .plain: "plain"
    case .basic: "basic"
    case .bottleneck: "bottleneck"
    case .preactivation: "preactivation"
    case .inverted: "inverted"
    case .choice: "choice"
    case .cell: "cell"
    }
  }
}

/// What stands before the first block.
///
/// Raw values are the codes of the results file's `stem` column and never change.
public enum Stem: Int8, KeyWord {
  /// Nothing.
  case none = 0
  /// A 3 × 3 convolution.
  case cifar = 1
  /// A convolution of stride 2: 7 × 7 with a max-pooling behind it, 3 × 3 alone before inverted blocks.
  case imagenet = 2

  /// The stem's name in sweep files.
  public var name: String {
    switch self {
    case .none: "none"
    case .cifar: "cifar"
    case .imagenet: "imagenet"
    }
  }
}

/// How images shrink from stage to stage.
///
/// Raw values are the codes of the results file's `pooling` column and never change.
public enum Pooling: Int8, KeyWord {
  /// By the stride of a stage's first layer.
  case stride = 0
  /// By maxima over windows as large as the stride.
  case max = 1
  /// By means over windows as large as the stride.
  case average = 2

  /// The pooling's name in sweep files.
  public var name: String {
    switch self {
    case .stride: "stride"
    case .max: "max"
    case .average: "average"
    }
  }
}

/// Yes or no.
///
/// Raw values are the codes in results files and never change.
public enum Answer: Int8, KeyWord {
  case no = 0
  case yes = 1

  /// The answer as sweep files write it.
  public var name: String { self == .yes ? "true" : "false" }
}
