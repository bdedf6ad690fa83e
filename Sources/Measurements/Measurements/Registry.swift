public import SweepRecords
public import SweepSpec

/// The list of all measurements.
public enum Registry {
  /// Every measurement, in the order of its columns.
  static let measurements: [any Measurement.Type] = [
    MinimumMeasurement.self,
    StatisticsMeasurement.self,
    NeuralFramesMeasurement.self,
    CompanionsMeasurement.self,
    TrainingMeasurement.self,
    RobustnessMeasurement.self,
    SignalMeasurement.self,
    KernelsMeasurement.self,
    InductiveBiasMeasurement.self,
    SimilarityMeasurement.self,
    LandscapeMeasurement.self,
    ActivationLengthMeasurement.self,
    LayerCoherenceMeasurement.self,
  ]

  /// All columns that a results file can have.
  public static let schema = schema(of: measurements)

  /// What sweep files can ask for.
  static let requests = requests(of: measurements)

  /// The columns that do not depend on what is asked for.
  private static let structure =
    StructureValues.quantities.columns() + MeasuredStatistics.columns

  /// All columns that results files of some measurements can have.
  static func schema(of measurements: [any Measurement.Type]) -> Schema {
    Schema(
      measured: structure + measurements.flatMap { $0.allColumns }
        + measurements.flatMap { $0.allRepeatedColumns }.map(\.afterTraining),
      dimensions: measurements.flatMap { $0.dimensions })
  }

  /// What sweep files can ask for, of some measurements.
  static func requests(of measurements: [any Measurement.Type]) -> MeasureRegistry {
    MeasureRegistry(
      measurements.map { $0 as any MeasureRequest.Type },
      structure: structure)
  }
}

extension SpecReader {
  /// Reads and checks a sweep file's bytes, which can ask for every measurement that there is.
  ///
  /// **Throws**: `SpecErrors` with every mistake and its place.
  public static func read(_ bytes: [UInt8]) throws(SpecErrors) -> Spec {
    try read(bytes, measuring: Registry.requests)
  }

  /// Reads and checks a sweep file's text, which can ask for every measurement that there is.
  ///
  /// **Throws**: `SpecErrors` with every mistake and its place.
  public static func read(_ text: String) throws(SpecErrors) -> Spec {
    try read(text, measuring: Registry.requests)
  }
}
