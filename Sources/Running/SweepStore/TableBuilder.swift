internal import HDF5
internal import SweepRecords

/// Fills the file block by block: every dataset is made first, in file order, then its rows come.
final class TableBuilder {
  let description: TableDescription
  let journal: Journal
  private let root: Group
  private let scales: Scales
  /// The columns with a row for each point, in file order.
  private var writers: [(column: Column, writer: ColumnWriter)] = []
  /// The columns that are the same for all points.
  private var constants: [ColumnWriter] = []
  private let points: PointTexts
  private let errors: ErrorTable?
  private let execution: ExecutionTable
  private var offsetsByDraws: [Int: [Int]] = [:]
  private var summary = ResultFile.Summary()

  /// About how much memory a block may take.
  private static let blockByteCount = 1 << 26
  private static let blockRowCount = 1 << 16

  init(_ description: TableDescription, _ journal: Journal, in file: borrowing File) throws {
    self.description = description
    self.journal = journal
    root = try file.root()
    scales = try Scales(description, in: root)
    for column in description.columns {
      let shape = column.dimensions.map { description.extent(of: $0) }
      let writer = try ColumnWriter(column.name, column.type.element, shape: shape, in: root)
      try writer.dataset.describe(column)
      try scales.attach(to: writer.dataset, column.dimensions)
      if column.origin == .sweep {
        try writer.write(all: description.layout.extents.constant(column.id))
        constants.append(writer)
      } else {
        writers.append((column, writer))
      }
    }
    try Labels.write(description, scales, in: root)
    points = try PointTexts(description, scales, in: root)
    errors = try ErrorTable(journal, in: root)
    execution = try ExecutionTable(journal, scales, in: root)
    try ProvenanceGroup.write(description.sweepText, journal.runs, in: root)
  }

  /// Writes all rows, then the root attributes.
  func fill() throws -> ResultFile.Summary {
    let count = description.pointCount
    let rowByteCount = writers.reduce(0) { $0 + $1.writer.rowByteCount }
    let rowCount = min(max(Self.blockByteCount / rowByteCount, 1), Self.blockRowCount)
    let row = PlanRow(writers.map(\.column), layerCount: description.layerCount)
    var first = 0
    while first < count {
      let block = first..<min(first + rowCount, count)
      for (_, writer) in writers { writer.start(rowCount: block.count) }
      execution.start(rowCount: block.count)
      fillPlan(block, row)
      fillStatuses(block)
      try fillRecords(block)
      for (_, writer) in writers { try writer.write(from: block.lowerBound) }
      try execution.write(from: block.lowerBound)
      try points.write(block, description)
      first = block.upperBound
    }
    try writeAttributes()
    return summary
  }

  private func fillPlan(_ block: Range<Int>, _ row: PlanRow) {
    let columns = writers.filter { $0.column.origin == .plan }.map { column, writer in
      (range: row.range(of: column), writer: writer)
    }
    var place = 0
    for bytes in description.planRows(of: block, like: row) {
      for start in stride(from: 0, to: bytes.count, by: row.bytes.count) {
        for (range, writer) in columns {
          writer.set(row: place, bytes, start + range.lowerBound..<start + range.upperBound)
        }
        place += 1
      }
    }
  }

  private func fillStatuses(_ block: Range<Int>) {
    for (column, writer) in writers where column.origin == .status {
      for point in block {
        let status = journal.status(of: point)
        summary.counts[status, default: 0] += 1
        writer.set(row: point - block.lowerBound, status.rawValue)
      }
    }
  }

  private func fillRecords(_ block: Range<Int>) throws {
    let layout = description.layout
    let recorded = writers.compactMap { column, writer in
      layout.place(of: column.id).map { (place: $0, writer: writer) }
    }
    let structural = recorded.filter { layout.columns[$0.place].origin == .structure }
    var isMeasured = [Bool](repeating: false, count: block.count)
    var messages: [(point: Int, text: String)] = []
    try journal.forEachRecord(of: block) { record throws(StoreError) in
      // A point that shall be computed again leaves nothing of its last result.
      guard record.status != .pending else { return }
      let row = record.point - block.lowerBound
      execution.set(row: row, record.execution)
      if ErrorTable.lists(record.status) { messages.append((record.point, record.message)) }
      guard !record.values.isEmpty else { return }
      let offsets = offsets(draws: record.draws)
      guard record.draws <= description.drawCount || description.drawCount == 0,
        offsets[offsets.count - 1] == record.values.count
      else {
        throw journal.damaged("the record of point \(record.point) does not fit the plan")
      }
      for (place, writer) in recorded {
        writer.set(row: row, record.values, offsets[place]..<offsets[place + 1])
      }
      isMeasured[row] = true
    }
    for point in block where !isMeasured[point - block.lowerBound] {
      let values = description.structure(point)
      let offsets = offsets(draws: values.draws)
      for (place, writer) in structural {
        writer.set(
          row: point - block.lowerBound, values.bytes, offsets[place]..<offsets[place + 1])
      }
    }
    messages.sort { $0.point < $1.point }
    try errors?.write(messages)
  }

  private func offsets(draws: Int) -> [Int] {
    if let known = offsetsByDraws[draws] { return known }
    let offsets = description.layout.offsets(draws: draws)
    offsetsByDraws[draws] = offsets
    return offsets
  }

  private func writeAttributes() throws {
    var checksum = DataChecksum()
    scales.finish(&checksum)
    for writer in writers.map(\.writer) + constants { writer.finish(&checksum) }
    summary.dataSHA256 = checksum.hexadecimal
    try root.setAttribute("Conventions", TableDescription.conventions)
    try root.setAttribute("framesweep_format", Int32(Schema.format))
    try root.setAttribute("plan_sha256", hexadecimal(description.planHash))
    try root.setAttribute("data_sha256", summary.dataSHA256)
    try root.setAttribute("complete", Int32(summary.isComplete ? 1 : 0))
    let coordinates = description.presentCoordinates
    guard !coordinates.isEmpty else { return }
    try root.setAttribute("coordinates", coordinates.joined(separator: " "))
  }
}

/// Bytes in hexadecimal, in lower case.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef")
  return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
