internal import Bytes
internal import Digest
public import SweepRecords

extension Journal {
  /// Opens a journal to go on with it; a torn end is cut off.
  ///
  /// **Throws**: `StoreError` where it belongs to another plan, is damaged, or cannot be opened.
  public static func open(
    at path: String, planHash: [UInt8], planCount: Int
  ) throws(StoreError) -> Journal {
    let expected = JournalHeader(planCount: planCount, planHash: planHash)
    let file = try FileDescriptor.open(path, .update)
    if try file.byteCount() < JournalHeader.byteCount {
      var start: [UInt8] = []
      let count = try file.read(into: &start, count: JournalHeader.byteCount, at: 0)
      guard expected.bytes.starts(with: start[..<count]) else {
        throw StoreError(
          .damaged, path: path, operation: "reading the journal",
          reason: "it is not a journal of framesweep")
      }
      // Killed before its header was safe: nothing was acknowledged.
      try file.truncate(to: 0)
      try file.write(expected.bytes.span, at: 0)
      try file.synchronize()
      return Journal(path: path, header: expected, file: file, isReadOnly: false)
    }
    let header = try readHeader(of: file)
    guard header == expected else {
      // Who wrote it stands in it; a journal that cannot be read says less.
      let runs = (try? Journal.read(at: path))?.runs ?? []
      throw .otherPlan(path, "resuming the journal", runs: runs)
    }
    let journal = Journal(path: path, header: header, file: file, isReadOnly: false)
    try journal.replay()
    if journal.tornByteCount > 0 { try journal.file.truncate(to: journal.writtenByteCount) }
    // A killed run may have left whole frames that are not on the disk yet.
    try journal.file.synchronize()
    return journal
  }

  /// Opens a journal for reading, whatever its plan; a torn end is ignored.
  ///
  /// **Throws**: `StoreError` where it is damaged or cannot be opened.
  public static func read(at path: String) throws(StoreError) -> Journal {
    let file = try FileDescriptor.open(path, .read)
    let header = try readHeader(of: file)
    let journal = Journal(path: path, header: header, file: file, isReadOnly: true)
    try journal.replay()
    return journal
  }

  /// Whether there is a journal.
  public static func exists(at path: String) -> Bool { FileNames.exists(path) }

  /// What became of a point.
  public func status(of point: Int) -> PointStatus {
    PointStatus(rawValue: statuses[point]) ?? .pending
  }

  /// A point's newest record; nil where it has none.
  ///
  /// **Throws**: `StoreError`.
  public func record(of point: Int) throws(StoreError) -> Record? {
    var found: Record?
    try forEachRecord(of: CollectionOfOne(point)) { record in found = record }
    return found
  }

  /// Hands over the newest records of some points, in the order in which they lie in the file.
  ///
  /// **Throws**: `StoreError`.
  public func forEachRecord(
    of points: some Sequence<Int>, _ body: (Record) throws(StoreError) -> Void
  ) throws(StoreError) {
    try flush()
    let places = points.map { offsets[$0] }.filter { $0 > 0 }.sorted()
    var reader = WindowReader()
    for place in places {
      let bytes = try reader.record(at: Int(place), of: file)
      let record: Record
      do throws(RecordError) {
        record = try Record.decode(reader.bytes.span, at: bytes).record
      } catch {
        throw damaged(error.description)
      }
      try body(record)
    }
  }

  private static func readHeader(
    of file: borrowing FileDescriptor
  ) throws(StoreError) -> JournalHeader {
    var bytes: [UInt8] = []
    let count = try file.read(into: &bytes, count: JournalHeader.byteCount, at: 0)
    return try JournalHeader(Array(bytes[..<count]), path: file.path)
  }

  /// Reads all frames up to the first that is not whole.
  private func replay() throws(StoreError) {
    let end = try file.byteCount()
    var offset = JournalHeader.byteCount
    var head: [UInt8] = []
    while offset < end {
      guard
        try file.read(into: &head, count: FrameHeader.byteCount, at: offset)
          == FrameHeader.byteCount, let header = FrameHeader(head),
        header.length <= end - offset - FrameHeader.byteCount
      else { break }
      var payload: [UInt8] = []
      let start = offset + FrameHeader.byteCount
      guard try file.read(into: &payload, count: header.length, at: start) == header.length,
        crc32c(payload) == header.checksum
      else { break }
      switch header.kind {
      case FrameHeader.recordsKind: try index(payload, at: start)
      case FrameHeader.runKind: try addRun(payload)
      case FrameHeader.flightKind:
        guard let (event, points) = FlightEvent.read(payload, planCount: planCount) else {
          throw damaged("a frame does not say where points were")
        }
        flights.note(event, points)
      default: break
      }
      offset = start + header.length
    }
    try checkTornEnd(from: offset, to: end)
    adopt(byteCount: offset)
    tornByteCount = end - offset
  }

  private func addRun(_ payload: [UInt8]) throws(StoreError) {
    guard let (run, facts) = RunFacts.read(payload), run <= runs.count else {
      throw damaged("a frame does not hold the provenance of a run")
    }
    if run == runs.count {
      flights.endRun(isExplained: runs.last?["end"] != nil)
      runs.append(RunFacts())
    }
    runs[run].merge(facts)
  }

  /// Tells an end that was never finished from a middle that was damaged.
  private func checkTornEnd(from offset: Int, to end: Int) throws(StoreError) {
    var rest: [UInt8] = []
    var start = offset
    let piece = 1 << 20
    while start < end {
      let count = try file.read(into: &rest, count: min(piece, end - start), at: start)
      for place in 0..<count where rest[place] == UInt8(ascii: "F") {
        guard place + FrameHeader.byteCount <= count, let header = FrameHeader(rest, at: place),
          header.safeByteCount > offset
        else { continue }
        throw damaged(
          "its bytes from \(offset) on were safe on disk and are damaged; bring back a copy, or "
            + "remove the journal to start afresh")
      }
      guard count > FrameHeader.byteCount else { break }
      // Pieces overlap, so that no header is cut by their borders.
      start += start + count < end ? count - FrameHeader.byteCount + 1 : count
    }
  }
}

/// Reads records near one another with one call.
private struct WindowReader {
  private static let windowByteCount = 1 << 14
  private(set) var bytes: [UInt8] = []
  private var start = 0
  private var count = 0

  /// Makes a whole record available, and returns its place in `bytes`.
  mutating func record(
    at offset: Int, of file: borrowing FileDescriptor
  ) throws(StoreError) -> Int {
    if !contains(offset, 4) {
      try load(from: offset, Self.windowByteCount, file)
    }
    guard contains(offset, 4) else { throw shortened(file.path) }
    let length = 4 + Int(bytes.little(UInt32.self, at: offset - start))
    if !contains(offset, length) {
      try load(from: offset, max(length, Self.windowByteCount), file)
    }
    guard contains(offset, length) else { throw shortened(file.path) }
    return offset - start
  }

  /// What the buffer holds behind the bytes that were read is of another place.
  private func shortened(_ path: String) -> StoreError {
    StoreError(
      .damaged, path: path, operation: "reading the journal",
      reason: "it ends before a record that it held when it was opened")
  }

  private func contains(_ offset: Int, _ length: Int) -> Bool {
    offset >= start && offset + length <= start + count
  }

  private mutating func load(
    from offset: Int, _ wanted: Int, _ file: borrowing FileDescriptor
  ) throws(StoreError) {
    start = offset
    count = try file.read(into: &bytes, count: wanted, at: offset)
  }
}
