import SweepRecords
import Testing

@Suite("Record") struct RecordTests {
  static let layout = RecordLayout(
    measuring: [.minFramePotential, .minimumStatus, .framePotential])

  static func sample(message: String = "") -> Record {
    var values = RecordValues(layout: layout, draws: 3)
    values.set(.atomCount, 1 << 40)
    values.set(.framePotential, 2.5, at: 2)
    values.set(.minimumStatus, 1)
    return Record(
      point: 4711, status: .ok, draws: 3, values: values.bytes, message: message,
      execution: Execution(
        run: 2, rank: 5, attempts: 3, start: 1.5e9, wallSeconds: 0.25, cpuSeconds: 0.125,
        predictedSeconds: 0.5, peakMemory: 1 << 33))
  }

  @Test("Encoding and decoding give the record back") func roundTrip() throws {
    let records = [
      Self.sample(), Record(point: 0, status: .lost, message: "two ranks died"),
      Self.sample(message: "größer als erwartet"),
    ]
    var bytes: [UInt8] = []
    for record in records { record.encode(into: &bytes) }
    var offset = 0
    for record in records {
      let (decoded, end) = try Record.decode(bytes.span, at: offset)
      #expect(decoded == record)
      #expect(try Record.extent(bytes.span, at: offset).end == end)
      offset = end
    }
    #expect(offset == bytes.count)
  }

  @Test("Bytes cut off anywhere are refused") func truncation() {
    var bytes: [UInt8] = []
    Self.sample(message: "reason").encode(into: &bytes)
    for count in 0..<bytes.count {
      let part = Array(bytes[..<count])
      #expect(throws: RecordError.self) { try Record.decode(part.span, at: 0) }
    }
  }

  @Test("Long messages are cut between characters") func longMessage() throws {
    var bytes: [UInt8] = []
    Self.sample(message: String(repeating: "é", count: 5_000)).encode(into: &bytes)
    let (record, _) = try Record.decode(bytes.span, at: 0)
    #expect(record.message.utf8.count <= Record.maximumMessageBytes)
    #expect(record.message.hasSuffix("é…"))
  }

  @Test("Values lie at the layout's offsets, NaN where nothing was stored") func values() {
    let bytes = Self.sample().values
    let offsets = Self.layout.offsets(draws: 3)
    #expect(bytes.count == offsets[offsets.count - 1])
    func double(_ id: ColumnID, _ index: Int) -> UInt64 {
      let start = offsets[Self.layout.place(of: id) ?? 0] + 8 * index
      return (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
    }
    #expect(double(.framePotential, 2) == (2.5).bitPattern)
    #expect(double(.framePotential, 0) == 0x7FF8_0000_0000_0000)
    #expect(double(.atomCount, 0) == 1 << 40)
    #expect(Self.layout.place(of: .mutualCoherence) == nil)
  }

  @Test("Every NaN becomes the canonical one") func canonicalNaN() {
    var values = RecordValues(layout: Self.layout, draws: 1)
    values.set(.framePotential, Double(bitPattern: 0xFFF8_0000_0000_1234))
    #expect(values.bytes == RecordValues(layout: Self.layout, draws: 1).bytes)
  }
}
