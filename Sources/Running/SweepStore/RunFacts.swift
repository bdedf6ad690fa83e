internal import Bytes

/// The provenance of one run: named texts, in the order in which they were noted.
///
/// **Names** that the results file gives a column of its own look like `mpi_version`. Facts of each rank
/// have a name in the plural and a line for each rank, in the order of ranks: `hosts`, from which the hosts
/// of points follow, `processors`, `blas_cores`, `onednn_instruction_sets`. Threads of one process count
/// as ranks.
public struct RunFacts: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The names, in order.
  public private(set) var names: [String] = []
  private var values: [String: String] = [:]

  /// Knows nothing yet.
  public init() {}

  /// A fact; nil where it was not noted.
  public subscript(name: String) -> String? {
    get { values[name] }
    set {
      guard let newValue else { return }
      if values.updateValue(newValue, forKey: name) == nil { names.append(name) }
    }
  }

  /// Takes over another's facts, which replace older ones.
  public mutating func merge(_ other: RunFacts) {
    for name in other.names { self[name] = other[name] }
  }

  /// Collects facts in the order in which they are written down.
  public init(dictionaryLiteral facts: (String, String)...) {
    for (name, value) in facts { self[name] = value }
  }

  /// The bytes of a frame: run u32 · facts u32 · per fact both lengths u32 and both texts.
  func payload(run: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: UInt32(run))
    bytes.append(little: UInt32(names.count))
    for name in names {
      let value = Array((values[name] ?? "").utf8)
      bytes.append(little: UInt32(name.utf8.count))
      bytes.append(little: UInt32(value.count))
      bytes += Array(name.utf8)
      bytes += value
    }
    return bytes
  }

  /// Reads a frame; nil where the bytes are none.
  static func read(_ bytes: [UInt8]) -> (run: Int, facts: RunFacts)? {
    guard bytes.count >= 8 else { return nil }
    var facts = RunFacts()
    var offset = 8
    for _ in 0..<bytes.little(UInt32.self, at: 4) {
      guard bytes.count - offset >= 8 else { return nil }
      let name = Int(bytes.little(UInt32.self, at: offset))
      let value = Int(bytes.little(UInt32.self, at: offset + 4))
      offset += 8
      guard bytes.count - offset >= name + value else { return nil }
      let split = offset + name
      facts[String(decoding: bytes[offset..<split], as: UTF8.self)] =
        String(decoding: bytes[split..<split + value], as: UTF8.self)
      offset = split + value
    }
    return (Int(bytes.little(UInt32.self, at: 0)), facts)
  }
}
