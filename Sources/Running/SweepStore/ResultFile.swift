internal import Glibc
internal import HDF5
public import SweepRecords

/// The results file of a sweep: one table with its labels and its provenance, in HDF5.
public enum ResultFile {
  /// How the points of a written file ended.
  public struct Summary: Sendable, Equatable {
    /// The number of points by status.
    public internal(set) var counts: [PointStatus: Int] = [:]
    /// The checksum of the table, as in the root attribute.
    public internal(set) var dataSHA256 = ""

    /// Whether no point is pending.
    public var isComplete: Bool { counts[.pending] == nil }
    /// Whether every point is ok.
    public var isAllOK: Bool { counts.keys.allSatisfy { $0 == .ok } }
  }

  /// The name under which a file is written before it is whole.
  public static func temporaryPath(besides output: String) -> String { output + ".partial" }

  /// Writes the results file of a plan from its journal.
  ///
  /// The file is written beside the output, made safe on disk, and then takes the output's name: at
  /// every moment the name stands for a whole file, the old one or the new one.
  ///
  /// **Throws**: `StoreError`, also where another run took the output over; it is then what it was.
  ///
  /// **Complexity**: O(bytes of the table) in bounded memory.
  @discardableResult
  public static func write(
    _ description: TableDescription, from journal: Journal, to output: String
  ) throws(StoreError) -> Summary {
    guard journal.planHash == description.planHash, journal.planCount == description.pointCount
    else {
      throw StoreError(
        .otherPlan, path: journal.path, operation: "writing the results file",
        reason: "the journal belongs to another plan")
    }
    let temporary = temporaryPath(besides: output)
    try journal.checkLock()
    try FileNames.remove(temporary)
    do {
      // Compute threads of this process may be at weights files meanwhile.
      let summary = try HDF5Library.exclusively {
        try build(description, journal, at: temporary)
      }
      let file = try FileDescriptor.open(temporary, .update)
      try file.synchronize()
      try journal.checkLock()
      try FileNames.rename(temporary, to: output)
      return summary
    } catch let error {
      // Of an output that was taken over, this may be the other run's by now.
      if (try? journal.checkLock()) != nil { try? FileNames.remove(temporary) }
      switch error {
      case let error as StoreError: throw error
      default:
        throw StoreError(
          .cannotWrite, path: output, operation: "writing the results file", reason: "\(error)")
      }
    }
  }

  private static func build(
    _ description: TableDescription, _ journal: Journal, at path: String
  ) throws -> Summary {
    // The library says little about folders that are missing or closed; the system says it plainly.
    do {
      _ = try FileDescriptor.open(path, .create)
      try FileNames.remove(path)
    }
    let file = try File.create(path)
    let summary: Summary
    do {
      let builder = try TableBuilder(description, journal, in: file)
      summary = try builder.fill()
    }
    try file.close()
    return summary
  }
}
