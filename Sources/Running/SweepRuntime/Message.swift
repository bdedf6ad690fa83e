/// What the coordinator says to a worker.
public enum CoordinatorMessage: Sendable, Equatable {
  /// Compute these points, in this order, after what was assigned before.
  case assign(points: [Int32])
  /// Drop what has not been started and say so.
  case drain
  /// Everything is stored; nothing more will come.
  case finish
  /// Like `finish`, but a rank was lost: the process must end without what all ranks do together.
  case leave
  /// The coordinator is alive; sent now and then.
  case ping
}

/// What a worker says to the coordinator.
public enum WorkerMessage: Sendable, Equatable {
  /// The worker has derived the plan and can compute.
  case ready(planHash: [UInt8], host: String)
  /// Points are done; their records follow one another in `block`.
  case results(ResultBlock)
  /// These points were assigned but dropped before they were started.
  case dropped(points: [Int32])
  /// The worker is alive; sent when nothing else was said for a second.
  case heartbeat
  /// This point was still at hand so many seconds after it began, without looking at its time limit.
  ///
  /// The worker has left its compute thread alone and goes on with another.
  case unyielding(point: Int32, seconds: Double)
}

/// Several points' outcomes, as they travel and as they are stored.
public struct ResultBlock: Sendable, Equatable {
  /// The points, in the order of their records.
  public var points: [Int32]
  /// The records, one after another; the runtime does not look into them.
  public var records: [UInt8]
  /// How many of the points ended with another status than ok.
  public var notOK: Int
  /// The time that the compute thread was busy with them, in seconds.
  public var busySeconds: Double

  /// Collects outcomes.
  public init(
    points: [Int32] = [], records: [UInt8] = [], notOK: Int = 0, busySeconds: Double = 0
  ) {
    self.points = points
    self.records = records
    self.notOK = notOK
    self.busySeconds = busySeconds
  }
}
