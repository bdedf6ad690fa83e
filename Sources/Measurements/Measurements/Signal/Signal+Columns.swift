internal import Kernels
internal import Signals
internal import SweepRecords

/// The columns of `measure: signal` with their values, in file order.
enum SignalColumns {
  static let widthReciprocals = Column.perPoint(
    "width_reciprocal_sum", "sum of reciprocal widths",
    "sum over layers of 1/width, the input and the classifier left out")

  static let lengthFluctuation = Column.perPoint(
    "length_fluctuation", "fluctuation of lengths",
    "variance over draws of the last representation's mean square over its squared mean: product over "
      + "layers of 1 + 5/width, less 1; NaN unless the network is a fully connected chain with "
      + "independent normal weights and no biases")

  static let meanFieldStatus = Column.perPoint(
    "mean_field_status", "status of the mean field",
    "whether the fixed points of a fully connected network with the point's activation and variances of "
      + "weights and biases were found", type: .int8, flags: StatisticStatus.flags)

  static let meanField: [Quantity<MeanField>] = [
    Quantity(
      .perPoint(
        "mean_field_chi_parallel", "slope of variances",
        "what a layer multiplies small changes of the variance of pre-activations by, in the limit of "
          + "infinite width")
    ) { $0.chiParallel },
    Quantity(
      .perPoint(
        "mean_field_chi_perpendicular", "growth of gradients",
        "what a layer multiplies squared gradients by in the limit of infinite width; 1 at "
          + "criticality")
    ) { $0.chiPerpendicular },
    Quantity(
      .perPoint(
        "mean_field_depth_scale", "depth scale of correlations",
        "layers in which the correlation of two inputs comes nearer to its limit by a factor of e, in "
          + "the limit of infinite width; infinite at criticality")
    ) { $0.depthScale },
  ]

  /// All columns that a point has one value of.
  static let perPoint =
    [widthReciprocals, lengthFluctuation, meanFieldStatus] + meanField.columns()

  /// What is measured at each layer of a draw.
  struct LayerStatistic: Sendable {
    let column: Column
    let value: @Sendable (SignalPropagation.Layer) -> Double

    init(
      _ id: ColumnID, _ longName: String, _ description: String,
      _ value: @escaping @Sendable (SignalPropagation.Layer) -> Double
    ) {
      column = Column(id, dimensions: [.point, .draw, .layer], longName, description)
      self.value = value
    }
  }

  /// What is measured at each draw and layer, in file order.
  static let statistics = [
    LayerStatistic(
      "forward_gain_log", "ln of the forward gain",
      "logarithm of the mean square of the layer over that of the image, mean over images; -inf if an "
        + "image closes all of its units"
    ) { $0.forwardGainLog },
    LayerStatistic(
      "tangent_gain_log", "ln of the tangent gain",
      "logarithm of the sum of squared norms of tangents over that of their Gaussian directions, mean "
        + "over images; -inf if an image leaves no direction"
    ) { $0.tangentGainLog },
    LayerStatistic(
      "surviving_directions", "surviving directions",
      "mean of |u|^2 |v|^2 over that of (u.v)^2 for the tangents u and v of pairs of Gaussian "
        + "directions, median over images: an estimate of the squared trace of J^T J over the trace of "
        + "its square"
    ) { $0.survivingDirections },
    LayerStatistic(
      "active_fraction", "active units",
      "fraction of the layer's units that are above 0, mean over images"
    ) { $0.activeFraction },
  ]

  /// The columns of draws and layers.
  static let perDraw = statistics.map(\.column)
}
