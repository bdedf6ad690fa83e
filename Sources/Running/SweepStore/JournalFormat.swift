internal import Bytes
internal import Digest

/// The first bytes of a journal.
///
/// **Layout** (little-endian, 64 bytes): `FSWEEPJ\n` · version u32 · byte order mark u32 · points u64
/// · plan hash 32 bytes · zero u32 · CRC-32C of the 60 bytes before u32.
struct JournalHeader: Equatable {
  static let byteCount = 64
  static let version: UInt32 = 1
  private static let magic = Array("FSWEEPJ\n".utf8)
  private static let byteOrderMark: UInt32 = 0x0102_0304

  var planCount: Int
  var planHash: [UInt8]

  var bytes: [UInt8] {
    var bytes = Self.magic
    bytes.append(little: Self.version)
    bytes.append(little: Self.byteOrderMark)
    bytes.append(little: UInt64(planCount))
    bytes += planHash
    bytes.append(little: UInt32(0))
    bytes.append(little: crc32c(bytes))
    return bytes
  }

  init(planCount: Int, planHash: [UInt8]) {
    precondition(planHash.count == 32, "a plan hash has 32 bytes, not \(planHash.count)")
    self.planCount = planCount
    self.planHash = planHash
  }

  /// Reads the first 64 bytes.
  init(_ bytes: [UInt8], path: String) throws(StoreError) {
    func damaged(_ reason: String) -> StoreError {
      StoreError(.damaged, path: path, operation: "reading the journal", reason: reason)
    }
    guard bytes.count >= Self.byteCount, Array(bytes[..<8]) == Self.magic else {
      throw damaged("it is not a journal of framesweep")
    }
    guard bytes.little(UInt32.self, at: 60) == crc32c(Array(bytes[..<60])) else {
      throw damaged("its header is damaged")
    }
    let version = bytes.little(UInt32.self, at: 8)
    guard version == Self.version, bytes.little(UInt32.self, at: 12) == Self.byteOrderMark else {
      throw damaged("its version is \(version), expected \(Self.version)")
    }
    planCount = Int(clamping: bytes.little(UInt64.self, at: 16))
    guard planCount <= Int(Int32.max) else { throw damaged("it is of \(planCount) points") }
    planHash = Array(bytes[24..<56])
  }
}

/// What stands in front of each payload of a journal.
///
/// **Layout** (little-endian, 32 bytes): `FSWF` · kind u32 · length of the payload u32 · CRC-32C of
/// the payload u32 · bytes known to be safe on disk u64 · zero u32 · CRC-32C of the 28 bytes before.
///
/// Frames that a kill left behind half written lie after the bytes known to be safe; a frame that is
/// unreadable although a later one declares it safe was damaged afterwards.
struct FrameHeader {
  static let byteCount = 32
  static let marker: UInt32 = 0x4657_5346
  static let runKind: UInt32 = 1
  static let recordsKind: UInt32 = 2
  static let flightKind: UInt32 = 3

  var kind: UInt32
  var length: Int
  var checksum: UInt32
  var safeByteCount: Int

  init(kind: UInt32, payload: [UInt8], safeByteCount: Int) {
    self.kind = kind
    length = payload.count
    checksum = crc32c(payload)
    self.safeByteCount = safeByteCount
  }

  /// Reads the 32 bytes at an offset; nil where no frame begins.
  init?(_ bytes: [UInt8], at offset: Int = 0) {
    guard bytes.count - offset >= Self.byteCount,
      bytes.little(UInt32.self, at: offset) == Self.marker,
      bytes.little(UInt32.self, at: offset + 28) == crc32c(Array(bytes[offset..<offset + 28]))
    else { return nil }
    kind = bytes.little(UInt32.self, at: offset + 4)
    length = Int(bytes.little(UInt32.self, at: offset + 8))
    checksum = bytes.little(UInt32.self, at: offset + 12)
    safeByteCount = Int(clamping: bytes.little(UInt64.self, at: offset + 16))
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    bytes.append(little: Self.marker)
    bytes.append(little: kind)
    bytes.append(little: UInt32(length))
    bytes.append(little: checksum)
    bytes.append(little: UInt64(safeByteCount))
    bytes.append(little: UInt32(0))
    bytes.append(little: crc32c(bytes))
    return bytes
  }
}
