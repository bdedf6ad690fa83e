extension Architecture {
  /// The architecture in the one spelling that identifies it: a YAML flow mapping, in ASCII.
  ///
  /// The text can be pasted into a sweep file's `include`. A point's id and the keys of its random
  /// numbers derive from these bytes, so they never change for an architecture of today.
  public var canonicalText: String {
    String(decoding: canonicalBytes, as: UTF8.self)
  }

  /// The bytes of `canonicalText`.
  public var canonicalBytes: [UInt8] {
    var text = ASCIIBuilder()
    text.append("{family: ")
    text.append(family.name)
    text.append(", form: ")
    text.append(form.name)
    text.append(", input: {channels: ")
    text.append(input.channels)
    text.append(", size: ")
    text.append(input.size)
    text.append("}, stages: [")
    for (index, stage) in stages.enumerated() {
      text.append(index == 0 ? "{widths: [" : ", {widths: [")
      for (layer, width) in stage.widths.enumerated() {
        if layer > 0 { text.append(", ") }
        text.append(width)
      }
      text.append("], kernel: ")
      text.append(stage.kernel)
      text.append(", stride: ")
      text.append(stage.stride)
      text.append("}")
    }
    text.append("]")
    for (key, isAlwaysWritten) in Self.written {
      guard isAlwaysWritten || options[key] != nil, let value = self[key] else { continue }
      text.append(", ")
      text.append(key.name)
      text.append(": ")
      text.append(value.text)
    }
    text.append("}")
    return text.bytes
  }

  /// The keys behind the stages, and whether their standard values are named too.
  private static let written = ArchitectureKey.options.map { key in
    (key: key, isAlwaysWritten: key.row.option?.isAlwaysWritten == true)
  }
}

/// Builds short ASCII texts without the cost of string interpolation: plans have a million of them.
private struct ASCIIBuilder {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(256) }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func append(_ number: Int) {
    precondition(number >= 0, "canonical texts hold counts only")
    let start = bytes.count
    var rest = number
    repeat {
      bytes.append(UInt8(truncatingIfNeeded: 48 + rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }
}
