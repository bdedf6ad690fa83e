internal import Digest
internal import SweepRecords

/// The append-only file that is the truth while a sweep runs.
///
/// It holds the records as workers sent them, in blocks with checksums. In memory it keeps where each
/// point's newest record lies, and its status: 9 bytes per point of the plan.
public final class Journal {
  /// The file.
  public private(set) var path: String
  /// The number of points of the plan.
  public let planCount: Int
  /// The SHA-256 of the plan, 32 bytes.
  public let planHash: [UInt8]
  /// The provenance of every run so far.
  public internal(set) var runs: [RunFacts] = []
  /// The bytes of a torn end that were left out when the journal was opened.
  public internal(set) var tornByteCount = 0
  /// The number of points that have a record.
  public internal(set) var recordedCount = 0

  /// The lock of the output, asked before everything that is written; nil where nobody else writes.
  public var lock: OutputLock?

  /// Where points were when runs ended.
  var flights = Flights()

  let file: FileDescriptor
  /// Where each point's newest record lies; 0 for none, which is the header's place.
  var offsets: [UInt64]
  var statuses: [Int8]
  /// The bytes of the file, without what still waits to be written.
  var writtenByteCount = JournalHeader.byteCount
  private var safeByteCount = JournalHeader.byteCount
  private var waiting: [UInt8] = []
  /// The records of the block at hand, kept to reuse its memory.
  private var found: [(point: Int, offset: Int)] = []
  private let isReadOnly: Bool

  /// Waiting bytes are written when they are so many.
  private static let waitingLimit = 1 << 18

  /// The path of the journal beside an output.
  public static func path(besides output: String) -> String { output + ".journal" }

  init(path: String, header: JournalHeader, file: consuming FileDescriptor, isReadOnly: Bool) {
    self.path = path
    self.file = file
    self.isReadOnly = isReadOnly
    planCount = header.planCount
    planHash = header.planHash
    offsets = [UInt64](repeating: 0, count: header.planCount)
    statuses = [Int8](repeating: PointStatus.pending.rawValue, count: header.planCount)
  }

  deinit { try? flush() }

  /// Starts a journal, safe on disk when this returns.
  ///
  /// **Throws**: `StoreError`, also where the file exists.
  public static func create(
    at path: String, planHash: [UInt8], planCount: Int
  ) throws(StoreError) -> Journal {
    let header = JournalHeader(planCount: planCount, planHash: planHash)
    let file = try FileDescriptor.open(path, .create)
    try file.write(header.bytes.span, at: 0)
    try file.synchronize()
    try FileNames.synchronizeFolder(of: path)
    return Journal(path: path, header: header, file: file, isReadOnly: false)
  }

  /// Appends a block of records, as `Record.encode(into:)` wrote them one behind the other.
  ///
  /// They are not safe before `commit()`.
  ///
  /// **Throws**: `StoreError` where the disk is full, or where the bytes are no records of the plan.
  public func append(records: [UInt8]) throws(StoreError) {
    guard !records.isEmpty else { return }
    let start = writtenByteCount + waiting.count + FrameHeader.byteCount
    try index(records, at: start)
    try append(FrameHeader.recordsKind, records)
  }

  /// Notes facts of a new run, and returns its number.
  ///
  /// **Throws**: `StoreError`.
  public func beginRun(_ facts: RunFacts) throws(StoreError) -> Int {
    flights.endRun(isExplained: runs.last?["end"] != nil)
    runs.append(RunFacts())
    try note(facts, run: runs.count - 1)
    return runs.count - 1
  }

  /// Notes where points are, so that the next run knows what this one ended with.
  ///
  /// It outlives this process when this returns, but is not safe on disk before `commit()`.
  ///
  /// **Throws**: `StoreError`.
  public func note(_ event: FlightEvent, points: [Int32]) throws(StoreError) {
    guard !points.isEmpty else { return }
    flights.note(event, points)
    try append(FrameHeader.flightKind, event.payload(points))
    // A point that ends the whole job must have been noted before it is tried.
    if event == .assigned { try flush() }
  }

  /// Takes what is still in flight for what the last run ended with, before a new one begins.
  public func endLastRun() { flights.endRun(isExplained: runs.last?["end"] != nil) }

  /// How often ends of workers and of whole jobs fell together with points that are pending.
  public var suspicions: [Int: Suspicion] {
    flights.suspicions.filter { status(of: $0.key) == .pending }
  }

  /// The number of points that were handed out in the last run and have not come back.
  public var handedOutCount: Int { flights.inFlight.count }

  /// Adds facts of a run, such as its end.
  ///
  /// **Throws**: `StoreError`.
  public func note(_ facts: RunFacts, run: Int) throws(StoreError) {
    precondition(runs.indices.contains(run), "run \(run) has not begun")
    runs[run].merge(facts)
    try append(FrameHeader.runKind, facts.payload(run: run))
  }

  /// Returns when all that was appended is safe on disk.
  ///
  /// **Throws**: `StoreError`; what was appended since the last call may then be lost.
  public func commit() throws(StoreError) {
    guard !waiting.isEmpty || safeByteCount < writtenByteCount else { return }
    try flush()
    try file.synchronize()
    safeByteCount = writtenByteCount
  }

  /// Gives the file another name, in place of what had it.
  func rename(to name: String) throws(StoreError) {
    try commit()
    try FileNames.rename(path, to: name)
    path = name
  }

  /// Removes the file; the journal must not be used afterwards.
  ///
  /// **Throws**: `StoreError`.
  public func remove() throws(StoreError) {
    try checkLock()
    waiting.removeAll()
    try FileNames.remove(path)
    try FileNames.synchronizeFolder(of: path)
  }

  /// Forgets what was appended and is not in the file.
  func dropWaiting() { waiting.removeAll() }

  /// Makes sure that no other run has taken the output over: the file is then that run's, and what waits
  /// here is dropped.
  func checkLock() throws(StoreError) {
    do throws(StoreError) {
      try lock?.check()
    } catch {
      waiting.removeAll()
      throw error
    }
  }

  /// Writes what waits; after an error it still waits, and the file ends where it did.
  func flush() throws(StoreError) {
    guard !waiting.isEmpty else { return }
    try checkLock()
    do throws(StoreError) {
      try file.write(waiting.span, at: writtenByteCount)
    } catch {
      try? file.truncate(to: writtenByteCount)
      throw error
    }
    writtenByteCount += waiting.count
    waiting.removeAll(keepingCapacity: true)
  }

  /// Goes on behind the frames that were found in the file.
  func adopt(byteCount: Int) {
    writtenByteCount = byteCount
    safeByteCount = byteCount
  }

  func append(_ kind: UInt32, _ payload: [UInt8]) throws(StoreError) {
    precondition(!isReadOnly, "the journal was opened for reading")
    precondition(payload.count < 1 << 31, "a block of \(payload.count) bytes is too large")
    waiting += FrameHeader(kind: kind, payload: payload, safeByteCount: safeByteCount).bytes
    waiting += payload
    if waiting.count >= Self.waitingLimit { try flush() }
  }

  /// Remembers where the records of a block lie.
  func index(_ records: [UInt8], at start: Int) throws(StoreError) {
    var offset = 0
    found.removeAll(keepingCapacity: true)
    while offset < records.count {
      let point: Int
      let end: Int
      do throws(RecordError) {
        (point, end) = try Record.extent(records.span, at: offset)
      } catch {
        throw damaged(error.description)
      }
      let status = Int8(bitPattern: records[offset + 8])
      guard point < planCount, PointStatus(rawValue: status) != nil else {
        throw damaged("a record is of point \(point) with status \(status)")
      }
      found.append((point, offset))
      offset = end
    }
    for (point, offset) in found {
      if offsets[point] == 0 { recordedCount += 1 }
      flights.land(point)
      offsets[point] = UInt64(start + offset)
      statuses[point] = Int8(bitPattern: records[offset + 8])
    }
  }

  func damaged(_ reason: String) -> StoreError {
    StoreError(.damaged, path: path, operation: "reading the journal", reason: reason)
  }
}
