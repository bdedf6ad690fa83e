/// A point that ends of workers or of whole jobs are blamed on.
///
/// It is tried when nothing else waits, alone, so that the next end says for certain whose it was.
public struct Suspect: Sendable, Equatable {
  /// The point.
  public var point: Int32
  /// What the cost model says, in seconds.
  public var predictedSeconds: Double
  /// How often a worker ended that had it, while others lived on.
  public var losses: Int
  /// How often a whole job ended without a word while a worker had it.
  public var jobEnds: Int

  /// Collects the facts.
  public init(point: Int32, predictedSeconds: Double, losses: Int = 0, jobEnds: Int = 0) {
    self.point = point
    self.predictedSeconds = predictedSeconds
    self.losses = losses
    self.jobEnds = jobEnds
  }
}

/// Suspects, those with the fewest ends first.
struct SuspectQueue: Sendable {
  private var waiting: [Suspect]
  private var atHand: [Int32: Suspect] = [:]
  /// Suspects that were too long when their turn came.
  private var setAside: [Suspect] = []

  init(_ suspects: [Suspect]) {
    waiting = suspects
    sort()
  }

  var isEmpty: Bool { waiting.isEmpty }
  var count: Int { waiting.count }
  var setAsideCount: Int { setAside.count }

  /// Takes a suspect that is not longer than so many seconds; longer ones are set aside until no other
  /// waits and there is time for them.
  mutating func take(longest: Double) -> Suspect? {
    while let suspect = waiting.popLast() {
      if suspect.predictedSeconds <= longest { return begin(suspect) }
      setAside.append(suspect)
    }
    return setAside.firstIndex { $0.predictedSeconds <= longest }.map { takeAside($0) }
  }

  /// Takes the shortest of the suspects that were set aside.
  mutating func takeShortestAside() -> Suspect? {
    let place = setAside.indices.min {
      setAside[$0].predictedSeconds < setAside[$1].predictedSeconds
    }
    return place.map { takeAside($0) }
  }

  private mutating func takeAside(_ place: Int) -> Suspect { begin(setAside.remove(at: place)) }

  private mutating func begin(_ suspect: Suspect) -> Suspect {
    atHand[suspect.point] = suspect
    return suspect
  }

  /// Puts a point in, or back, after a worker ended that had it, and says how often that was so.
  mutating func add(_ point: Int32, predictedSeconds: Double) -> Int {
    var suspect =
      atHand.removeValue(forKey: point)
      ?? Suspect(point: point, predictedSeconds: predictedSeconds)
    suspect.losses += 1
    guard suspect.losses < Coordinator.triesOfLostPoints else { return suspect.losses }
    waiting.append(suspect)
    sort()
    return suspect.losses
  }

  mutating func removeAll() {
    waiting.removeAll()
    setAside.removeAll()
  }

  /// The last is taken first.
  private mutating func sort() {
    waiting.sort { ($0.losses + $0.jobEnds, $0.point) > ($1.losses + $1.jobEnds, $1.point) }
  }
}

extension Coordinator {
  /// A point is lost when so many workers ended with it while others lived on.
  public static let triesOfLostPoints = 2

  /// The workers that ended before the sweep did.
  public var lostWorkers: [Int] { workers.indices.filter { workers[$0].isLost } }

  /// Takes a worker off the list; what it had is tried elsewhere.
  mutating func lose(_ worker: Int, _ actions: inout [Action]) {
    guard !workers[worker].isLost else { return }
    workers[worker].isLost = true
    let batches = workers[worker].batches
    workers[worker].batches = []
    let points = batches.flatMap(\.points)
    actions.append(.note(.lost(points, worker: worker)))
    for batch in batches {
      let share = batch.predictedSeconds / Double(batch.points.count)
      for point in batch.points {
        let losses = suspects.add(point, predictedSeconds: share)
        if losses >= Self.triesOfLostPoints {
          giveUp(point, .lost(tries: losses, lastWorker: worker), &actions)
        }
      }
    }
    if workers.allSatisfy(\.isLost) { stop("no worker is left", &actions) }
    if stopReason != nil { suspects.removeAll() }
    for other in workers.indices { assign(to: other, &actions) }
  }

  /// Whether a worker may be given a point that may end it.
  ///
  /// The coordinator's own worker is spared while there were others: its end would be everyone's.
  func mayTakeSuspects(_ worker: Int) -> Bool { worker != ownWorker || workers.count == 1 }
}
