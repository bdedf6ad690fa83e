import Measurements
import SweepRecords
import Testing

extension Record {
  /// The bits of a column's values, in the order of the file.
  func bits(of id: ColumnID, in measurements: SweepMeasurements) throws -> [UInt64] {
    let place = try #require(measurements.layout.place(of: id))
    let column = measurements.layout.columns[place]
    let offset = measurements.layout.offsets(draws: draws)[place]
    let size = column.type.byteCount
    return (0..<measurements.layout.valueCount(of: column, draws: draws)).map { index in
      (0..<size).reduce(0) { sum, byte in
        sum | UInt64(values[offset + index * size + byte]) << UInt64(8 * byte)
      }
    }
  }

  /// The values of a column of float64.
  func numbers(of id: ColumnID, in measurements: SweepMeasurements) throws -> [Double] {
    try bits(of: id, in: measurements).map(Double.init(bitPattern:))
  }
}
