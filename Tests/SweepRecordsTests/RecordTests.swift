import SweepRecords
import Testing

private let family = ColumnDimension("family_code", "code of the family")
private let pair = ColumnDimension("family_pair", "index of the pair")
private let image = ColumnDimension("image", "index of the image")

/// Some columns of every kind.
private let schema: Schema = {
  let perFrame: [ColumnDimension] = [.point, .draw, family, .layer]
  let columns = [
    Column(
      "atom_count", type: .int64, dimensions: [.point], "atoms", "atoms", origin: .structure),
    Column("min_frame_potential", dimensions: [.point], "minimum", "minimum"),
    Column("minimum_status", type: .int8, dimensions: [.point], "status", "status"),
    Column("frame_potential", dimensions: [.point, .draw], "potential", "potential"),
    Column("mutual_coherence", dimensions: [.point, .draw], "coherence", "coherence"),
    Column("neural_gain_mean", dimensions: perFrame, "mean gain", "mean gain"),
    Column("neural_valid_images", type: .int32, dimensions: perFrame, "images", "images"),
    Column("neural_gain", type: .float32, dimensions: perFrame + [image], "gain", "gain"),
    Column("neural_coherence_mean", dimensions: perFrame, "coherence", "coherence"),
    Column(
      "neural_subspace_overlap_mean", dimensions: [.point, .draw, pair, .layer],
      "overlap", "overlap"),
    Column("trained_frame_potential", dimensions: [.point, .draw], "after", "after"),
  ]
  return Schema(measured: columns, dimensions: [family, pair, image])
}()

@Suite("Record") struct RecordTests {
  static let layout = RecordLayout(
    schema, measuring: ["min_frame_potential", "minimum_status", "frame_potential"])

  static func sample(message: String = "") -> Record {
    var values = RecordValues(layout: layout, draws: 3)
    values.set("atom_count", 1 << 40)
    values.set("frame_potential", 2.5, at: 2)
    values.set("minimum_status", 1)
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
    #expect(double("frame_potential", 2) == (2.5).bitPattern)
    #expect(double("frame_potential", 0) == 0x7FF8_0000_0000_0000)
    #expect(double("atom_count", 0) == 1 << 40)
    #expect(Self.layout.place(of: "mutual_coherence") == nil)
  }

  @Test("Values of trained networks lie in the columns of that name") func trained() throws {
    let layout = RecordLayout(
      schema, measuring: ["frame_potential", "trained_frame_potential", "mutual_coherence"])
    var values = RecordValues(layout: layout, draws: 1)
    values.isTrained = true
    values.set("frame_potential", 0.5)
    // Nothing measures it after training.
    values.set("mutual_coherence", 0.25)
    var named = RecordValues(layout: layout, draws: 1)
    named.set("trained_frame_potential", 0.5)
    #expect(values.bytes == named.bytes)
    #expect(values.name(of: "frame_potential") == "trained_frame_potential")
    #expect(named.name(of: "frame_potential") == "frame_potential")
    #expect(schema["frame_potential"]?.afterTraining.id == "trained_frame_potential")
  }

  @Test("Every NaN becomes the canonical one") func canonicalNaN() {
    var values = RecordValues(layout: Self.layout, draws: 1)
    values.set("frame_potential", Double(bitPattern: 0xFFF8_0000_0000_1234))
    #expect(values.bytes == RecordValues(layout: Self.layout, draws: 1).bytes)
  }

  @Test("Values lie in the order of their column's dimensions") func places() throws {
    var extents = TableExtents(draws: 2, layers: 3)
    extents.set(family, [0, 1, 3])
    extents.set(pair, [0, 1, 2])
    extents.set(image, [4, 9, 11, 30])
    let layout = RecordLayout(
      schema,
      measuring: [
        "neural_gain_mean", "neural_gain", "neural_valid_images", "neural_subspace_overlap_mean",
      ],
      extents: extents)
    var values = RecordValues(layout: layout, draws: 2)
    values.set("neural_gain_mean", 0.5, at: [1, 2, 1])
    values.set("neural_gain", 0.25, at: [0, 1, 2, 3])
    values.set("neural_gain", Double(Float(bitPattern: 0xFFC0_0001)), at: [0, 0, 0, 0])
    values.set("neural_valid_images", 4, at: [1, 0, 0])
    values.set("neural_coherence_mean", 1.0, at: [0, 0, 0])
    let offsets = layout.offsets(draws: 2)
    func word(_ id: ColumnID, _ size: Int, _ index: Int) throws -> UInt64 {
      let start = offsets[try #require(layout.place(of: id))] + index * size
      return (0..<size).reduce(0) { $0 | UInt64(values.bytes[start + $1]) << UInt64(8 * $1) }
    }
    #expect(offsets[offsets.count - 1] == values.bytes.count)
    #expect(try word("neural_gain_mean", 8, (1 * 3 + 2) * 3 + 1) == (0.5).bitPattern)
    #expect(try word("neural_gain_mean", 8, 0) == 0x7FF8_0000_0000_0000)
    let place = ((0 * 3 + 1) * 3 + 2) * 4 + 3
    #expect(try word("neural_gain", 4, place) == UInt64(Float(0.25).bitPattern))
    #expect(try word("neural_gain", 4, 0) == 0x7FC0_0000)
    #expect(try word("neural_gain", 4, place + 1) == 0x7FC0_0000)
    #expect(try word("neural_valid_images", 4, 9) == 4)
    let overlap = try #require(layout.place(of: "neural_subspace_overlap_mean"))
    #expect(layout.valueCount(of: layout.columns[overlap], draws: 2) == 2 * 3 * 3)
  }

  @Test("A column along a dimension of which nothing is used has no values") func unused() throws {
    let layout = RecordLayout(
      schema, measuring: ["neural_subspace_overlap_mean"],
      extents: TableExtents(draws: 2, layers: 3))
    let place = try #require(layout.place(of: "neural_subspace_overlap_mean"))
    #expect(layout.valueCount(of: layout.columns[place], draws: 2) == 0)
  }
}
