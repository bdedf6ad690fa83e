internal import Architectures
internal import Bytes
internal import Digest
internal import SweepSpec

extension ImageInputs {
  /// The loaded images as bytes, for ranks that do not read files.
  ///
  /// **Layout**: eight 64-bit integers (images of the data set, channels, size, files, chosen
  /// images, numbers of their values and of the generative vectors, bytes of a value in the file), the digests of files, the
  /// indices of the chosen images as 64-bit integers, then the values as float64; all little-endian.
  var bytes: [UInt8] {
    let counts = [
      facts.count, facts.shape.channels, facts.shape.size, digests.count, indices.count,
      values.count, generativeVectors.count, facts.valueBytes,
    ]
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + 32 * digests.count + 8 * indices.count + 8 * values.count)
    for number in counts { bytes.append(little: UInt64(number)) }
    for digest in digests { bytes += digest.bytes }
    for index in indices { bytes.append(little: UInt64(index)) }
    for value in values { bytes.append(little: value.bitPattern) }
    for value in generativeVectors { bytes.append(little: value.bitPattern) }
    return bytes
  }

  /// Reads what `bytes` wrote on another rank.
  init(bytes: [UInt8], measure: NeuralFramesMeasurement, seed: Int64) {
    var reader = ByteReader(bytes)
    let counts = (0..<8).map { _ in Int(reader.next()) }
    let digests = (0..<counts[3]).map { _ in reader.nextDigest() }
    self.init(
      facts: ImageFacts(
        count: counts[0], shape: InputShape(channels: counts[1], size: counts[2]),
        valueBytes: counts[7]),
      digests: digests, indices: (0..<counts[4]).map { _ in Int32(reader.next()) },
      measure: measure, seed: seed)
    values = (0..<counts[5]).map { _ in Double(bitPattern: reader.next()) }
    generativeVectors = (0..<counts[6]).map { _ in Double(bitPattern: reader.next()) }
    shareDirections()
  }
}
