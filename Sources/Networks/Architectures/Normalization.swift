/// How layers are normalised.
///
/// Raw values are the codes of the results file's `normalization` column and never change.
public enum Normalization: Int8, KeyWord {
  /// Not at all.
  case none = 0
  /// By the mean and the variance of each channel, which are given.
  case batch = 1
  /// By the mean and the variance over the channels of each pixel.
  case layer = 2
  /// By the mean and the variance over groups of channels and all pixels.
  case group = 3

  /// The normalisation's name in sweep files.
  public var name: String {
    switch self {
    case .none: "none"
    case .batch: "batch"
    case .layer: "layer"
    case .group: "group"
    }
  }
}

/// What the statistics of batch normalisations are in networks that nobody trained.
///
/// Raw values are the codes of the results file's `normalization_statistics` column and never change.
public enum NormalizationStatistics: Int8, KeyWord {
  /// Mean 0 and variance 1, as torch starts them.
  case initial = 0
  /// Those of the images that are chosen, layer by layer.
  case batch = 1

  /// The word in sweep files.
  public var name: String {
    switch self {
    case .initial: "initial"
    case .batch: "batch"
    }
  }
}

extension Architecture {
  /// How layers are normalised.
  public var normalization: Normalization { options[.normalization]?.word() ?? .none }

  /// The groups of channels that a value of so many channels is normalised by: `norm_groups`, or the
  /// channels where they are fewer.
  public func normGroups(channels: Int) -> Int { min(self[.normGroups]?.integer ?? 1, channels) }

  /// What the statistics of batch normalisations are before training.
  public var normalizationStatistics: NormalizationStatistics {
    self[.normalizationStatistics]?.word() ?? .initial
  }

  /// The same network with the statistics that torch starts from: what it computes of, and the keys of its
  /// random numbers, do not depend on them.
  public var withInitialStatistics: Architecture {
    var copy = self
    copy.options[.normalizationStatistics] = nil
    return copy
  }
}
