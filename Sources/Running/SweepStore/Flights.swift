internal import Bytes

/// What happens to points between plan and result.
public enum FlightEvent: UInt8, Sendable {
  /// They were given to a worker.
  case assigned = 1
  /// They came back without having been computed.
  case returned = 2
  /// The worker that had them ended, and others lived on.
  case lost = 3

  /// The bytes of a frame: event u8 · points u32 each.
  func payload(_ points: [Int32]) -> [UInt8] {
    var bytes = [rawValue]
    bytes.reserveCapacity(1 + 4 * points.count)
    for point in points { bytes.append(little: UInt32(bitPattern: point)) }
    return bytes
  }

  /// Reads a frame; nil where the bytes are none of a plan of so many points.
  static func read(_ bytes: [UInt8], planCount: Int) -> (FlightEvent, [Int32])? {
    guard let first = bytes.first, let event = FlightEvent(rawValue: first),
      bytes.count % 4 == 1
    else { return nil }
    let points = stride(from: 1, to: bytes.count, by: 4).map {
      Int32(bitPattern: bytes.little(UInt32.self, at: $0))
    }
    return points.allSatisfy { $0 >= 0 && Int($0) < planCount } ? (event, points) : nil
  }
}

/// Ends that a point may be to blame for.
public struct Suspicion: Sendable, Equatable {
  /// How often a worker ended that had it, while others lived on.
  public var losses = 0
  /// How often a run ended without a word while a worker had it.
  public var jobEnds = 0

  /// No end.
  public init() {}
}

/// Follows points through assignments and ends of runs.
struct Flights {
  private(set) var suspicions: [Int: Suspicion] = [:]
  /// The points that workers have.
  private(set) var inFlight: Set<Int> = []

  mutating func note(_ event: FlightEvent, _ points: [Int32]) {
    for point in points {
      switch event {
      case .assigned: inFlight.insert(Int(point))
      case .returned: inFlight.remove(Int(point))
      case .lost:
        inFlight.remove(Int(point))
        suspicions[Int(point), default: Suspicion()].losses += 1
      }
    }
  }

  /// A point has a record.
  mutating func land(_ point: Int) {
    if !inFlight.isEmpty { inFlight.remove(point) }
    if !suspicions.isEmpty { suspicions[point] = nil }
  }

  /// A run is over; one that ended without a word leaves a suspicion on what was in flight.
  mutating func endRun(isExplained: Bool) {
    if !isExplained {
      for point in inFlight { suspicions[point, default: Suspicion()].jobEnds += 1 }
    }
    inFlight.removeAll()
  }
}
