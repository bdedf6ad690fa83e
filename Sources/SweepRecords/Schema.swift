/// All columns that a results file can have: the one place where their names, types and meanings are.
public enum Schema {
  /// The version of the results file's layout, its root attribute `framesweep_format`.
  public static let format: Int64 = 1

  /// Every column, in file order.
  public static let columns: [Column] =
    architecture + layers + [status] + structure + minimum + statistics + neuralFrames
    + companions + train + trainedNeuralFrames

  /// Every column, those of images in the type that a sweep file chooses.
  public static func columns(imageType: ColumnType) -> [Column] {
    columns.map { column in
      guard column.dimensions.contains(.image) else { return column }
      var column = column
      column.type = imageType
      return column
    }
  }

  /// One column by its identity.
  public static func column(_ id: ColumnID) -> Column { table[id.ordinal] }

  private static let table: [Column] = {
    precondition(columns.map(\.id) == ColumnID.allCases, "the schema lists columns in file order")
    return columns
  }()

  // MARK: - What the plan says

  private static let architecture: [Column] = [
    plan(.family, .int8, "family", "how layers read one another", ["chain", "residual", "dense"]),
    plan(
      .form, .int8, "form of the frame", "how the network is written as a frame",
      ["synthesis", "analysis"]),
    plan(.shortcut, .int8, "shortcut", "how residual stages are joined", ["plain", "projection"]),
    plan(
      .preset, .int8, "preset", "the named architecture, -1 for none",
      [
        "cifar_resnet_20", "cifar_resnet_32", "cifar_resnet_44", "cifar_resnet_56",
        "cifar_resnet_110", "wide_resnet_16", "wide_resnet_28", "vgg_11", "vgg_13", "vgg_16",
        "vgg_19", "densenet_40", "densenet_100", "resnet_18", "resnet_34", "nats_bench_size",
        "hourglass_mlp",
      ]),
    plan(.presetIndex, .int32, "index", "the network's number in the preset's search space"),
    plan(.presetWiden, .int32, "widening factor", "the factor k of a wide residual network"),
    plan(.presetGrowth, .int32, "growth rate", "width of the layers of the preset's dense blocks"),
    plan(.presetWide, .int32, "wide layers", "width of the layers that the preset's skips join"),
    plan(.presetNarrow, .int32, "narrow layers", "width of the layers between the wide ones"),
    plan(.presetBlocks, .int32, "blocks", "number of the preset's blocks"),
    plan(.stageDepth, .int32, "layers per stage", "layers in every stage"),
    plan(.width, .int32, "width", "channels of the first stage"),
    plan(.stageCount, .int32, "stages", "number of stages"),
    plan(.widen, .float64, "widening", "a stage's width over the previous one's"),
    plan(.kernel, .int32, "kernel", "side of the square kernels", units: "pixel"),
    plan(
      .stride, .int32, "stride", "stride of the first layer of every stage but the first",
      units: "pixel"),
    plan(.growth, .int32, "growth", "width of the layers of a dense stage after its first"),
    plan(.skipLength, .int32, "skip length", "distance between the layers that a skip joins"),
    plan(.inputChannels, .int32, "input channels", "channels of the image"),
    plan(.inputSize, .int32, "input size", "side of the image", units: "pixel"),
    plan(.layerCount, .int32, "layers", "layers of the network, which papers call depth"),
    plan(.seed, .int64, "seed", "seed of the point's random numbers"),
    plan(
      .inferenceSweeps, .int32, "sweeps of inference",
      "sweeps by which networks are evaluated; 1 is the feed-forward network"),
  ]

  private static let layers: [Column] = [
    perLayer(.layerWidth, "layer width", "output channels of the layer"),
    perLayer(.layerKernel, "layer kernel", "side of the layer's kernel", units: "pixel"),
    perLayer(.layerStride, "layer stride", "stride of the layer", units: "pixel"),
    perLayer(.layerStage, "layer stage", "stage of the layer, counted from 1"),
    perLayer(.layerInputWidth, "layer input width", "input channels of the layer"),
  ]

  private static let status = Column(
    id: .status, type: .int8, dimensions: [.point], units: "1", longName: "status",
    description: "what became of the point", flags: flags(PointStatus.allCases.map(\.name)),
    origin: .status)

  // MARK: - What follows from the architecture

  private static let structure: [Column] = [
    counted(.parameterCount, "parameters", "weights, projections included, biases not"),
    counted(.atomCount, "atoms K", "columns of the induced frame"),
    counted(.frameDimension, "frame dimension D", "rows of the induced frame"),
    counted(
      .gramNonzeros, "nonzeros N of the Gram matrix",
      "off-diagonal entries of the Gram matrix that are not identically zero in the weights"),
    counted(
      .forwardFLOPs, "forward FLOPs",
      "floating-point operations of one image's forward pass, a multiply-add counted as two"),
    Column(
      id: .layerwiseWelchPotential, type: .float64, dimensions: [.point], units: "1",
      longName: "layerwise Welch potential",
      description: "what each layer's own Welch bound forces, spread over the induced Gram matrix; "
        + "no bound for the induced frame", flags: [], origin: .structure),
  ]

  // MARK: - What is measured

  private static let minimum: [Column] = [
    measured(
      .minFramePotential, "minimum frame potential",
      "minimum of the squared Frobenius norm of the Gram matrix over unit-norm atoms"),
    measured(
      .minDeepFramePotential, "minimum deep frame potential",
      "minimum mean squared nonzero off-diagonal entry of the Gram matrix; papers plot its square "
        + "root"),
    measured(
      .minimumStatus, "status of the minimum",
      "how the minimum was found; not_requested also where the point has no result", type: .int8,
      flags: flags(MinimumStatus.allCases.map(\.name))),
    measured(
      .minimumIterations, "iterations", "iterations over all starts; 0 for a closed form",
      type: .int32),
    measured(
      .minimumRestarts, "starts", "starts of the minimiser; 0 for a closed form", type: .int32),
    measured(
      .minimumGradientNorm, "projected gradient",
      "norm of the projected gradient there; NaN for a closed form"),
    measured(
      .minimumSpread, "spread over starts",
      "largest minus smallest potential over starts; NaN for a closed form"),
  ]

  private static let statistics: [Column] = [
    perDraw(
      .framePotential, "frame potential", "squared Frobenius norm of the Gram matrix"),
    perDraw(
      .deepFramePotential, "deep frame potential",
      "mean squared nonzero off-diagonal entry of the Gram matrix; papers plot its square root"),
    perDraw(
      .mutualCoherence, "mutual coherence", "largest absolute off-diagonal entry of the Gram matrix"
    ),
    perDraw(
      .meanCoherence, "mean coherence",
      "mean absolute value of the nonzero off-diagonal entries of the Gram matrix"),
    perDraw(
      .frameBoundLower, "lower frame bound",
      "smallest of the min(D, K) largest eigenvalues of the Gram matrix"),
    perDraw(.frameBoundUpper, "upper frame bound", "largest eigenvalue of the Gram matrix"),
    perDraw(
      .frameBoundResidual, "residual of the bounds",
      "largest residual norm of the eigenpairs behind the bounds; 0 where they are exact"),
    perDraw(
      .frameBoundStatus, "status of the bounds",
      "how the frame bounds were found; not_requested also where the point has no result",
      type: .int8,
      flags: flags(FrameBoundStatus.allCases.map(\.name))),
  ]

  // MARK: - Short forms

  static func flags(_ words: [String]) -> [Column.Flag] {
    words.enumerated().map { Column.Flag(value: Int8($0.offset), meaning: $0.element) }
  }

  private static func plan(
    _ id: ColumnID, _ type: ColumnType, _ longName: String, _ description: String,
    _ words: [String] = [], units: String = "1"
  ) -> Column {
    Column(
      id: id, type: type, dimensions: [.point], units: units, longName: longName,
      description: description, flags: flags(words), origin: .plan)
  }

  private static func perLayer(
    _ id: ColumnID, _ longName: String, _ description: String, units: String = "1"
  ) -> Column {
    Column(
      id: id, type: .int32, dimensions: [.point, .layer], units: units, longName: longName,
      description: description + "; 0 where there is no such layer", flags: [], origin: .plan)
  }

  private static func counted(
    _ id: ColumnID, _ longName: String, _ description: String
  ) -> Column {
    Column(
      id: id, type: .int64, dimensions: [.point], units: "1", longName: longName,
      description: description, flags: [], origin: .structure)
  }

  private static func measured(
    _ id: ColumnID, _ longName: String, _ description: String, type: ColumnType = .float64,
    flags: [Column.Flag] = []
  ) -> Column {
    Column(
      id: id, type: type, dimensions: [.point], units: "1", longName: longName,
      description: description, flags: flags, origin: .measurement)
  }

  private static func perDraw(
    _ id: ColumnID, _ longName: String, _ description: String, type: ColumnType = .float64,
    flags: [Column.Flag] = []
  ) -> Column {
    Column(
      id: id, type: type, dimensions: [.point, .draw], units: "1", longName: longName,
      description: description, flags: flags, origin: .measurement)
  }
}
