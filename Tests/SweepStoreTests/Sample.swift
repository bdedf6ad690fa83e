import Foundation
import Measurements
import SweepRecords

@testable import SweepStore

/// A small plan and its records.
enum Sample {
  static let planHash = (0..<32).map { UInt8($0) }
  static let layout = RecordLayout(
    Registry.schema,
    measuring: [
      "min_frame_potential", "min_deep_frame_potential", "minimum_status", "minimum_iterations",
      "minimum_restarts", "minimum_gradient_norm", "minimum_spread",
      "min_frame_potential_bound", "frame_potential",
      "deep_frame_potential", "mutual_coherence", "mean_coherence", "frame_bound_lower",
      "frame_bound_upper",
      "frame_bound_residual", "frame_bound_status",
    ], extents: TableExtents(draws: 3, layers: 5))

  /// A record whose values follow from the point and the number of the try.
  static func record(
    _ point: Int, status: PointStatus = .ok, attempt: Int = 1, draws: Int = 3, run: Int = 0
  ) -> Record {
    var values = RecordValues(layout: layout, draws: draws)
    values.set("parameter_count", 10 * point)
    values.set("minimum_status", 1)
    values.set("min_frame_potential", Double(point) + Double(attempt) / 8)
    for draw in 0..<draws { values.set("frame_potential", Double(100 * point + draw), at: draw) }
    return Record(
      point: point, status: status, draws: status == .ok ? draws : 0,
      values: status == .ok ? values.bytes : [],
      message: status == .ok ? "" : "größer als \(point)",
      execution: Execution(
        run: run, rank: point % 2, attempts: attempt, start: 1.5e9, wallSeconds: 0.25,
        cpuSeconds: 0.125, predictedSeconds: 0.5, peakMemory: 1 << 20))
  }

  static func block(_ records: [Record]) -> [UInt8] {
    var bytes: [UInt8] = []
    for record in records { record.encode(into: &bytes) }
    return bytes
  }
}

/// A file's bytes.
func contents(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: path)))
}

/// Replaces a file's bytes.
func replace(_ path: String, with bytes: some Sequence<UInt8>) throws {
  try Data(bytes).write(to: URL(filePath: path))
}

extension Sample {
  /// A description of a plan with chains of 1, 2, 3, 4, 1, 2, … layers.
  static func description(
    points: Int, layout: RecordLayout = layout, coordinates: [String] = ["width", "nothing"],
    recordedDraws: [Int: Int] = [:]
  ) -> TableDescription {
    TableDescription(
      planHash: planHash, pointCount: points, layout: layout, sweepText: "format: 1\nname: größe\n",
      coordinateNames: coordinates,
      planRows: {
        { point, row in
          row.set("family", point % 3)
          row.set("form", 0)
          row.set("width", 8 << (point % 4))
          row.set("widen", 2.5)
          row.set(.seed, 1 << 40 + point)
          let layers = layout.extents.layers
          guard layers > 0 else { return }
          for layer in 1...(1 + point % (layers - 1)) {
            row.set(.layerWidth, 8 << (point % 4), layer: layer)
          }
        }
      },
      structure: { point in
        var values = RecordValues(layout: layout, draws: 0)
        values.set("parameter_count", 10 * point)
        return values
      },
      draws: { point in recordedDraws[point] ?? layout.extents.draws },
      identities: {
        { point in
          let digits = String(point, radix: 16)
          return PointIdentity(
            id: String(repeating: "0", count: 16 - digits.count) + digits,
            architecture: "chain input=1x8 stages=[\(8 << (point % 4))]",
            weights: "{init: he, draws: 3}")
        }
      })
  }
}
