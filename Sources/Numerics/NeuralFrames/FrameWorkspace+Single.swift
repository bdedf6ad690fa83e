internal import OneDNN

extension FrameWorkspace {
  /// Entries whose products are summed in single precision, before they are added in double precision.
  ///
  /// A sum of 256 products in single precision is known to about 2e-7 of the norms of what is
  /// multiplied, 1e-6 at worst; sums of such sums are known better.
  private static let singleChunk = 256
  /// Squared norms between which products of single precision neither overflow nor vanish.
  private static let singleRange = 1e-24...1e30

  /// All products of two vectors in single precision, about four times as fast as in double precision.
  ///
  /// Nil where double precision is called for: vectors are too short to be worth it, too large or too
  /// small.
  ///
  /// - Parameters:
  ///   - vectors: the vectors, one behind the other, 0 where the first is.
  ///   - count: their number.
  ///
  /// **Shape**: count × count, symmetric.
  ///
  /// **Throws**: `OneDNNError`.
  func singleProducts(
    of vectors: borrowing Span<Float>, count: Int
  ) throws -> [Double]? {
    let dimension = vectors.count / count
    let open = findOpen(vectors.extracting(first: dimension))
    guard open >= 2 * count else { return nil }
    makeSingleRoom(count: count)
    // Chunks of about one size: a last one of a few entries would cost nearly as much as a whole one.
    let chunks = (open + Self.singleChunk - 1) / Self.singleChunk
    let chunk = (open + chunks - 1) / chunks
    for first in stride(from: 0, to: open, by: chunk) {
      let entries = min(chunk, open - first)
      layOut(first..<first + entries, of: vectors, count: count, dimension: dimension)
      try unsafe GramProduct.compute(
        count: count, entries: entries, singlePanel, leading: Self.singleLeading(count),
        into: &singleBlock)
      addSingleBlock(count: count)
    }
    for place in 0..<count {
      guard Self.singleRange.contains(singleSums[place * count + place]) else { return nil }
    }
    var products = singleSums
    for row in 0..<count {
      for column in 0..<row { products[column * count + row] = products[row * count + column] }
    }
    return products
  }

  /// Vectors are laid out by fours.
  private static func singleLeading(_ count: Int) -> Int { (count + 3) / 4 * 4 }

  private func makeSingleRoom(count: Int) {
    let room = Self.singleChunk * Self.singleLeading(count)
    if singlePanel.count < room { singlePanel = [Float](repeating: 0, count: room) }
    if singleBlock.count != count * count {
      singleBlock = [Float](repeating: 0, count: count * count)
      singleSums = [Double](repeating: 0, count: count * count)
    } else {
      for place in singleSums.indices { singleSums[place] = 0 }
    }
  }

  /// Lays the entries at some of the places that were found out: all vectors' first one, then all
  /// vectors' second one.
  private func layOut(
    _ chosen: Range<Int>, of vectors: borrowing Span<Float>, count: Int, dimension: Int
  ) {
    unsafe vectors.withUnsafeBufferPointer { vectors in
      unsafe places[chosen].withUnsafeBufferPointer { places in
        guard let vectors = vectors.baseAddress else { return }
        unsafe layOut(places, of: vectors, count: count, dimension: dimension)
      }
    }
  }

  private func layOut(
    _ places: UnsafeBufferPointer<Int32>, of vectors: UnsafePointer<Float>, count: Int,
    dimension: Int
  ) {
    let leading = Self.singleLeading(count)
    unsafe singlePanel.withUnsafeMutableBufferPointer { panel in
      guard let start = panel.baseAddress else { return }
      for first in stride(from: 0, to: count, by: 4) {
        // The last vector stands in for those that the last four lack; nobody reads them.
        func vector(_ place: Int) -> UnsafePointer<Float> {
          unsafe vectors + min(first + place, count - 1) * dimension
        }
        let (a, b, c, d) = unsafe (vector(0), vector(1), vector(2), vector(3))
        var target = unsafe UnsafeMutableRawPointer(start + first)
        for index in 0..<places.count {
          let place = unsafe Int(places[index])
          unsafe target.storeBytes(
            of: SIMD4(a[place], b[place], c[place], d[place]), as: SIMD4<Float>.self)
          unsafe target += leading &* MemoryLayout<Float>.stride
        }
      }
    }
  }

  private func addSingleBlock(count: Int) {
    unsafe singleBlock.withUnsafeBufferPointer { block in
      unsafe singleSums.withUnsafeMutableBufferPointer { sums in
        for row in 0..<count {
          for place in row * count...row * count + row {
            unsafe sums[place] += Double(block[place])
          }
        }
      }
    }
  }
}
