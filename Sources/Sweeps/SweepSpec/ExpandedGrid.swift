public import Architectures
internal import Bytes
internal import Digest

/// What the walk through all places of a sweep finds.
///
/// It takes a while for millions of points, so one rank walks and all others are told.
struct ExpandedGrid: Sendable, Equatable {
  var places: PointPlaces
  var duplicateCount = 0
  var excludedCount = 0
  var maximumDraws = 0
  var maximumLayerCount = 0
  var maximumSweeps = 1
  /// The keys with a column of their own only where a point makes use of them, if none does.
  var omittedKeys: Set<ArchitectureKey> = []
  /// Whether all networks are plain.
  var isPlain = true
  /// The families and forms of networks whose frames are made of layers.
  var layerFrames: Set<FramedFamily> = []
  var planHash: Digest256
  /// What a rank that takes the findings over must come to by itself: the lines in front of the points, the
  /// first point and the last one.
  var fingerprint: Digest256

  /// The findings as bytes.
  var bytes: [UInt8] {
    var bytes = planHash.bytes + fingerprint.bytes
    for count in [
      duplicateCount, excludedCount, maximumDraws, maximumLayerCount, maximumSweeps,
      isPlain ? 1 : 0, omittedKeys.count,
    ] { bytes.append(little: UInt64(count)) }
    for key in ArchitectureKey.allCases where omittedKeys.contains(key) {
      bytes.append(little: UInt64(key.rawValue))
    }
    bytes.append(little: UInt64(layerFrames.count))
    for frame in layerFrames.sorted(by: { $0.code < $1.code }) { bytes.append(little: frame.code) }
    return bytes + places.bytes
  }

  /// Reads what `bytes` wrote; nil if something else did.
  init?(bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    do throws(CutShort) {
      guard let hash = Digest256(bytes: try reader.bytes(32)) else { return nil }
      planHash = hash
      guard let print = Digest256(bytes: try reader.bytes(32)) else { return nil }
      fingerprint = print
      func count() throws(CutShort) -> Int {
        Int(truncatingIfNeeded: try reader.little(UInt64.self))
      }
      duplicateCount = try count()
      excludedCount = try count()
      maximumDraws = try count()
      maximumLayerCount = try count()
      maximumSweeps = try count()
      isPlain = try count() == 1
      for _ in 0..<(try count()) {
        guard let key = ArchitectureKey(rawValue: try count()) else { return nil }
        omittedKeys.insert(key)
      }
      for _ in 0..<(try count()) {
        guard let frame = FramedFamily(code: try reader.little(UInt16.self)) else { return nil }
        layerFrames.insert(frame)
      }
      places = try PointPlaces(&reader)
    } catch {
      return nil
    }
  }

  init(places: PointPlaces, planHash: Digest256) {
    self.places = places
    self.planHash = planHash
    fingerprint = planHash
  }
}

/// A family in a form of the frame.
public struct FramedFamily: Hashable, Sendable {
  /// The family.
  public let family: Family
  /// The form of its frames.
  public let form: Form

  init(family: Family, form: Form) {
    self.family = family
    self.form = form
  }

  fileprivate var code: UInt16 {
    UInt16(UInt8(bitPattern: family.rawValue)) << 8 | UInt16(UInt8(bitPattern: form.rawValue))
  }

  fileprivate init?(code: UInt16) {
    guard let family = Family(rawValue: Int8(truncatingIfNeeded: code >> 8)),
      let form = Form(rawValue: Int8(truncatingIfNeeded: code))
    else { return nil }
    self.init(family: family, form: form)
  }
}
