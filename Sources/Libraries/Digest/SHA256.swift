internal import CCrypto

/// libcrypto's SHA-256, looked up once.
///
/// A lookup costs more than hashing a short text, so contexts share this one. The object is
/// reference-counted, immutable and documented as safe to share between threads.
nonisolated(unsafe) private let algorithm: OpaquePointer = {
  guard let fetched = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
    preconditionFailure("libcrypto offers no SHA256: no provider that has it is loaded")
  }
  return unsafe fetched
}()

/// A SHA-256 computation that takes its bytes in pieces.
///
/// `reset()` and `finish()` let one value hash many texts without a new allocation.
/// - Source: FIPS 180-4; libcrypto's `EVP_Digest*`.
@safe public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// Starts a computation with no bytes.
  public init() {
    guard let context = unsafe EVP_MD_CTX_new() else {
      preconditionFailure("libcrypto is out of memory")
    }
    unsafe self.context = unsafe context
    reset()
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Forgets all bytes.
  public mutating func reset() {
    let status = unsafe EVP_DigestInit_ex2(context, algorithm, nil)
    precondition(status == 1, "libcrypto could not start SHA256")
  }

  /// Appends bytes.
  public mutating func update(_ bytes: borrowing Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { unsafe update($0) }
  }

  /// Appends bytes.
  public mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe update($0) }
  }

  /// Appends the bytes of a buffer that stays valid during the call.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let status = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(status == 1, "libcrypto could not continue SHA256")
  }

  /// Ends the computation and returns the digest of all bytes.
  public consuming func finalize() -> Digest256 { digest() }

  /// Returns the digest of all bytes and starts again with none.
  public mutating func finish() -> Digest256 {
    let result = digest()
    reset()
    return result
  }

  /// The digest of some bytes.
  public static func hash(_ bytes: [UInt8]) -> Digest256 {
    var computation = SHA256()
    computation.update(bytes)
    return computation.finalize()
  }

  /// The digest of the bytes of a buffer that stays valid during the call.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest256 {
    var computation = SHA256()
    unsafe computation.update(bytes)
    return computation.finalize()
  }

  /// The digest of a text's UTF-8 bytes.
  public static func hash(_ text: String) -> Digest256 {
    var computation = SHA256()
    var text = text
    text.withUTF8 { unsafe computation.update(UnsafeRawBufferPointer($0)) }
    return computation.finalize()
  }

  private borrowing func digest() -> Digest256 {
    unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { buffer in
      let output = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      let status = unsafe EVP_DigestFinal_ex(context, output, nil)
      precondition(status == 1, "libcrypto could not finish SHA256")
      return unsafe Digest256(unchecked: UnsafeRawBufferPointer(buffer))
    }
  }
}

extension Digest256 {
  /// Reads 32 bytes at an address that is a multiple of 8.
  fileprivate init(unchecked buffer: UnsafeRawBufferPointer) {
    func word(_ index: Int) -> UInt64 {
      unsafe UInt64(bigEndian: buffer.load(fromByteOffset: 8 * index, as: UInt64.self))
    }
    self.init(words: (word(0), word(1), word(2), word(3)))
  }
}
