/// What the coordinator's process does with results, and what it shows meanwhile.
public protocol SweepHost {
  /// Appends records to the journal.
  mutating func store(_ block: ResultBlock, from worker: Int) throws
  /// Appends a record that says why a point is given up.
  mutating func giveUp(_ point: Int32, _ reason: GivingUp) throws
  /// Notes where points are, so that a later run knows what an end was about.
  mutating func note(_ flight: FlightNote) throws
  /// Makes what was stored safe.
  mutating func commit() throws
  /// Called now and then; a request ends the sweep early.
  mutating func tick(_ progress: SweepProgress) throws -> StopRequest?
  /// The seconds until the job ends; nil where no end is known.
  var secondsLeft: Double? { get }
}

extension SweepHost {
  /// Notes nothing: for hosts that keep no journal.
  public mutating func note(_ flight: FlightNote) {}
  /// No end is known.
  public var secondsLeft: Double? { nil }
}

/// Why the coordinator itself settles a point.
public enum GivingUp: Sendable, Equatable {
  /// Workers ended while they computed it, so many times; the last one is named.
  case lost(tries: Int, lastWorker: Int)
  /// It did not look at its time limit, and was left alone after so many seconds.
  case unyielding(seconds: Double, worker: Int)
}

/// What happens to points between plan and result.
public enum FlightNote: Sendable, Equatable {
  /// They were given to a worker.
  case assigned([Int32])
  /// They came back without having been computed.
  case returned([Int32])
  /// The worker that had them ended, and others lived on.
  case lost([Int32], worker: Int)
}

/// Why and how a sweep is to end early.
public struct StopRequest: Sendable, Equatable {
  /// What the user is told.
  public var reason: String
  /// The seconds that points at hand may still take; nil for as long as they need.
  public var patience: Double?

  /// Collects the facts.
  public init(_ reason: String, patience: Double? = nil) {
    self.reason = reason
    self.patience = patience
  }
}

/// How far a sweep is.
public struct SweepProgress: Sendable {
  /// Points that are stored.
  public var stored = 0
  /// Points of this run.
  public var total = 0
  /// Stored points that are not ok.
  public var notOK = 0
  /// The share of the predicted work that is stored, 0 … 1.
  public var workShare = 0.0
  /// The share of the predicted work that was done of points that are not stored yet, 0 … 1.
  public var shareAtHand = 0.0
  /// Seconds since the first hand-out.
  public var elapsed = 0.0

  /// Nothing is done.
  public init() {}
}

/// What a run of the driver did.
public struct SweepSummary: Sendable {
  /// Points stored by this run.
  public var stored = 0
  /// Of those, the ones that are not ok.
  public var notOK = 0
  /// Why the run stopped early; nil if it did not.
  public var stopReason: String?
  /// Seconds from the first hand-out to the last result.
  public var spanSeconds = 0.0
  /// Seconds that compute threads were busy.
  public var busySeconds = 0.0
  /// Messages that the coordinator received.
  public var messages = 0
  /// The workers that ended before the sweep did.
  public var lostWorkers: [Int] = []
  /// Whether compute threads of this process were left alone with a point at hand.
  public var leavesThreads = false
  /// What the host threw first; nil where it did not.
  public var failure: (any Error)?

  /// Nothing was done.
  public init() {}

  /// Busy time over the time that so many workers had, 0 … 1.
  public func efficiency(workers: Int) -> Double {
    spanSeconds > 0 ? busySeconds / (spanSeconds * Double(workers)) : .nan
  }
}

/// The coordinator gave up; nothing that was stored is lost.
public struct SweepAborted: Error, CustomStringConvertible {
  /// Why.
  public let description: String
}
