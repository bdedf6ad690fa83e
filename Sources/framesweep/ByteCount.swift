import ArgumentParser

/// A size on the command line: a number with its unit, such as 4GiB.
struct ByteCount: ExpressibleByArgument {
  let bytes: Double

  private static let units: [(name: String, bytes: Double)] = [
    ("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40), ("B", 1),
  ]

  init(bytes: Double) { self.bytes = bytes }

  init?(argument: String) {
    let text = argument.filter { $0 != " " }
    guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }),
      let number = Double(text.dropLast(unit.name.count)), number.isFinite, number > 0
    else { return nil }
    bytes = number * unit.bytes
  }

  var defaultValueDescription: String { Show.bytes(bytes) }
}
