/// The vectors of a batch a few at a time, so that what an operator writes is still in the cache when
/// what follows entry by entry reads it.
///
/// It depends on sizes only, because the last bits may depend on it.
struct VectorChunks: Hashable {
  /// The number of vectors of a chunk.
  let size: Int
  /// The first vector of each chunk, counted through all images.
  ///
  /// None lies in two images if these have tangents. The last chunk of an image may begin with vectors
  /// of the one before it, which are computed again.
  let starts: [Int]

  /// The bytes that a chunk takes, at most: a megabyte.
  ///
  /// Measured with 35 vectors of an image of 32 × 32 pixels on a core with a second cache of that size:
  /// with 64 channels what follows a convolution costs nothing then, and a tenth of it at once; a
  /// quarter of that size makes convolutions of 16 channels slower by a tenth.
  private static var byteCount: Int { 1 << 20 }

  /// Divides vectors of so many bytes, if all together take more than the double of a chunk.
  init(images: Int, vectors: Int, vectorByteCount: Int) {
    guard images * vectors * vectorByteCount > 2 * Self.byteCount else {
      size = images * vectors
      starts = [0]
      return
    }
    let (groups, count) = vectors == 1 ? (1, images) : (images, vectors)
    let most = max(1, min(count, Self.byteCount / max(1, vectorByteCount)))
    // Of the sizes down to half of that, the one that computes the fewest vectors again.
    let chosen =
      (max(1, most / 2)...most).reversed().min { first, second in
        Self.excess(first, count) < Self.excess(second, count)
      } ?? most
    size = chosen
    starts = (0..<groups).flatMap { group in
      (0..<(count + chosen - 1) / chosen).map { group * count + min($0 * chosen, count - chosen) }
    }
  }

  private static func excess(_ size: Int, _ count: Int) -> Int {
    (count + size - 1) / size * size - count
  }
}
