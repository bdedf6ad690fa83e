internal import NeuralFrames
internal import SweepRecords

extension PerturbationFamily: Coded {}

extension ColumnDimension {
  /// A family of perturbations, by its code.
  static let perturbation = ColumnDimension(
    "perturbation", "code of the family of perturbations", codes: PerturbationFamily.flags,
    labels: "the name of the family of perturbations")
  /// Two families of perturbations.
  static let perturbationPair = ColumnDimension(
    "perturbation_pair", longName: "pair of perturbations",
    "index of the pair of families perturbation_a and perturbation_b",
    labels: "the names of both families")
  /// An image of the data set.
  static let image = ColumnDimension("image", "index of the image in the data set")
}

/// The columns of one statistic of neural frames.
struct NeuralColumns: Sendable {
  /// Its mean over images.
  let mean: Column
  /// Its standard deviation over images.
  let std: Column
  /// Its values of every image.
  let perImage: Column

  init(_ name: String, _ longName: String, _ description: String) {
    mean = Self.column(
      "neural_\(name)_mean", "mean " + longName,
      description + "; mean over the images where it is defined")
    std = Self.column(
      "neural_\(name)_std", "standard deviation of the " + longName,
      description + "; standard deviation (divisor n) over the same images")
    perImage = Self.column(
      "neural_\(name)", longName, description, type: .float32, inDoublePrecision: .float64,
      more: [.image])
  }

  private static func column(
    _ name: String, _ longName: String, _ description: String, type: ColumnType = .float64,
    inDoublePrecision doubleType: ColumnType? = nil, more: [ColumnDimension] = []
  ) -> Column {
    Column(
      ColumnID(rawValue: name), type: type, inDoublePrecision: doubleType,
      dimensions: [.point, .draw, .perturbation, .layer] + more, longName, description)
  }

  /// The columns of all statistics, in the order of `FrameStatistic`.
  static let all = FrameStatistic.allCases.map(\.columns)

  /// The column of the number of images on which anything is left.
  static let validImages = column(
    "neural_valid_images", "valid images",
    "images whose neural frame has not vanished at the layer", type: .int32)

  /// The column of the mean overlap of two families' subspaces.
  static let subspaceOverlapMean = Column(
    "neural_subspace_overlap_mean", dimensions: [.point, .draw, .perturbationPair, .layer],
    "mean subspace overlap",
    "squared Frobenius norm of the product of orthonormal bases of two families' neural frames, over "
      + "the smaller rank; mean over the images where it is defined")

  /// The columns that name the families of a pair.
  static let families = [
    family("perturbation_a", "first family"), family("perturbation_b", "second family"),
  ]

  private static func family(_ id: ColumnID, _ longName: String) -> Column {
    Column(
      id, type: .int8, dimensions: [.perturbationPair], longName, "\(longName) of the pair",
      flags: PerturbationFamily.flags, origin: .sweep)
  }

  /// The columns of what is measured, in file order.
  ///
  /// - Parameter perImage: whether those that hold a value for every image are among them.
  static func measured(perImage: Bool) -> [Column] {
    all.flatMap { [$0.mean, $0.std] } + [validImages] + (perImage ? all.map(\.perImage) : [])
      + [subspaceOverlapMean]
  }
}

extension FrameStatistic {
  /// The columns of the statistic, with the words for it.
  fileprivate var columns: NeuralColumns {
    switch self {
    case .gain:
      NeuralColumns(
        "gain", "gain", "Frobenius norm of the neural frame over that of its directions")
    case .relativeGain:
      NeuralColumns(
        "relative_gain", "relative gain",
        "gain times the norm of the image over that of the representation")
    case .stableRank:
      NeuralColumns(
        "stable_rank", "stable rank", "sum of squared singular values over the largest of them")
    case .participationRatio:
      NeuralColumns(
        "participation_ratio", "participation ratio",
        "squared sum of squared singular values over the sum of their squares")
    case .effectiveRank:
      NeuralColumns(
        "effective_rank", "effective rank",
        "exponential of the entropy of the singular values divided by their sum")
    case .coherence:
      NeuralColumns(
        "coherence", "coherence", "largest absolute cosine between two directions")
    case .meanAbsCosine:
      NeuralColumns(
        "mean_abs_cosine", "mean absolute cosine", "mean absolute cosine between two directions")
    case .meanSquareCosine:
      NeuralColumns(
        "mean_square_cosine", "mean squared cosine",
        "mean squared cosine between two directions, the neural frame's normalised potential")
    case .angleDistortion:
      NeuralColumns(
        "angle_distortion", "angle distortion",
        "root mean square change of the cosines between two directions since the input")
    case .collapsed:
      NeuralColumns(
        "collapsed", "collapsed part", "fraction of the directions that are exactly 0 here")
    }
  }
}
