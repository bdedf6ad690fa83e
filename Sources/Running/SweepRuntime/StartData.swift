/// What rank 0 gives all ranks before a sweep begins, in one message.
public struct StartData: Sendable, Equatable {
  /// The bytes of the sweep file.
  public var sweep: [UInt8]
  /// What is known of the files that the sweep names, as `SweepInputs` writes it.
  public var inputs: String
  /// What was found of the points, as `Plan` writes it.
  public var expansion: [UInt8]
  /// How fast a core is, as `MachineRates` writes it.
  public var rates: String
  /// The images that were chosen and the files of networks, as `SweepInputs` writes them.
  public var files: [UInt8]

  /// Collects what all ranks need.
  public init(
    sweep: [UInt8], inputs: String, expansion: [UInt8], rates: String, files: [UInt8]
  ) {
    self.sweep = sweep
    self.inputs = inputs
    self.expansion = expansion
    self.rates = rates
    self.files = files
  }

  private static let kind: UInt8 = 22

  /// The data as bytes; the files are last, because they can be large.
  public var bytes: [UInt8] {
    var writer = MessageWriter(kind: Self.kind)
    writer.append(sweep)
    writer.append(Array(inputs.utf8))
    writer.append(expansion)
    writer.append(Array(rates.utf8))
    writer.append(files)
    return writer.bytes
  }

  /// Reads what `bytes` gives.
  ///
  /// **Throws**: `MessageError` if another version of the program wrote it, or if it is cut short.
  public init(bytes: consuming [UInt8]) throws(MessageError) {
    var reader = try MessageReader(bytes)
    guard reader.kind == Self.kind else {
      throw MessageError(description: "unknown message \(reader.kind) at the start")
    }
    sweep = try reader.byteList()
    inputs = String(decoding: try reader.byteList(), as: UTF8.self)
    expansion = try reader.byteList()
    rates = String(decoding: try reader.byteList(), as: UTF8.self)
    files = try reader.lastByteList()
  }
}
