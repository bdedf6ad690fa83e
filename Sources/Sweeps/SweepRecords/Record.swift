/// The facts of one point's computation, which differ between runs and stay out of the table.
public struct Execution: Sendable, Equatable {
  /// The run (one start of the program on this output), counted from 0.
  public var run: Int
  /// The rank, or the worker thread where there is one process.
  public var rank: Int
  /// How often the point was tried, this time included.
  public var attempts: Int
  /// Start in seconds since 1970-01-01 00:00 UTC.
  public var start: Double
  /// Wall-clock time in seconds.
  public var wallSeconds: Double
  /// CPU time of the computing thread in seconds.
  public var cpuSeconds: Double
  /// What the cost model said, in seconds.
  public var predictedSeconds: Double
  /// The process's peak resident memory so far, in bytes.
  public var peakMemory: Int

  /// Collects the facts.
  public init(
    run: Int = 0, rank: Int = 0, attempts: Int = 1, start: Double = 0, wallSeconds: Double = 0,
    cpuSeconds: Double = 0, predictedSeconds: Double = 0, peakMemory: Int = 0
  ) {
    self.run = run
    self.rank = rank
    self.attempts = attempts
    self.start = start
    self.wallSeconds = wallSeconds
    self.cpuSeconds = cpuSeconds
    self.predictedSeconds = predictedSeconds
    self.peakMemory = peakMemory
  }
}

/// The outcome of one point: status, values, reason and the facts of its computation.
///
/// **Layout** (little-endian): length of the rest u32 · point u32 · status u8 · zero u8 · attempts
/// u16 · run u32 · rank u32 · draws u32 · start, wall, CPU, predicted seconds 4 × f64 · peak memory
/// u64 · length of values u32 · length of message u32 · values · message in UTF-8.
public struct Record: Sendable, Equatable {
  /// The point's index in the plan.
  public var point: Int
  /// What became of it.
  public var status: PointStatus
  /// The number of draws in `values`.
  public var draws: Int
  /// The values in the order of the sweep's `RecordLayout`; empty where nothing was measured.
  public var values: [UInt8]
  /// The reason for a status other than ok; empty otherwise.
  public var message: String
  /// The facts of its computation.
  public var execution: Execution

  /// Collects a record.
  public init(
    point: Int, status: PointStatus, draws: Int = 0, values: [UInt8] = [], message: String = "",
    execution: Execution = Execution()
  ) {
    self.point = point
    self.status = status
    self.draws = draws
    self.values = values
    self.message = message
    self.execution = execution
  }

  /// The bytes in front of values and message.
  public static let headerByteCount = 72
  /// The longest message that is kept, in bytes; longer ones are cut.
  public static let maximumMessageBytes = 2_000
}
