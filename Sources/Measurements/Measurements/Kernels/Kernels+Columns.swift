internal import Kernels
internal import SweepRecords

/// The columns of `measure: kernels`, in file order.
enum KernelColumns {
  static let status = Column.perPoint(
    "kernel_status", "status of the kernels",
    "whether the kernels of infinite width have a closed form and were computed", type: .int8,
    flags: StatisticStatus.flags)

  /// A statistic of one of both kernels.
  struct Statistic: Sendable {
    let isTangent: Bool
    let quantity: Quantity<KernelStatistics>
  }

  static let statistics: [Statistic] = [
    pair(
      "log_condition", "ln of the condition",
      "logarithm of the largest over the smallest eigenvalue"
    ) { $0.logCondition },
    pair(
      "effective_rank", "effective rank",
      "exponential of the entropy of the eigenvalues, divided by their sum"
    ) { $0.effectiveRank },
    pair("alignment", "alignment", "centred alignment with the classes") { $0.alignment },
    pair(
      "loo_error", "leave-one-out error",
      "share of images that ridge regression on the others classifies wrongly"
    ) { $0.leaveOneOutError },
  ].flatMap { $0 }

  /// What is found of the features of a draw.
  static let features: [Quantity<KernelStatistics>] = [
    Quantity(
      .perDraw(
        "feature_alignment", "alignment of features",
        "centred alignment of the products of the features that a classifier reads with the classes; NaN "
          + "if no feature differs")
    ) { $0.alignment },
    Quantity(
      .perDraw(
        "feature_loo_error", "leave-one-out error of features",
        "share of images that ridge regression of the classes on the features of the others "
          + "classifies wrongly")
    ) { $0.leaveOneOutError },
  ]

  static let perPoint = [status] + statistics.map(\.quantity.column)

  private static func pair(
    _ name: String, _ longName: String, _ description: String,
    _ value: @escaping @Sendable (KernelStatistics) -> Double
  ) -> [Statistic] {
    [("nngp", "the kernel of outputs"), ("ntk", "the kernel of gradients by the weights")].map {
      prefix, kernel in
      Statistic(
        isTangent: prefix == "ntk",
        quantity: Quantity(
          .perPoint(
            ColumnID(rawValue: "\(prefix)_\(name)"), "\(longName), \(prefix)",
            "\(description), of \(kernel) at infinite width"), value))
    }
  }
}
