/// The nearest images of a data set to some of its images.
public enum Neighbours {
  /// Finds the k nearest neighbours of images in the Euclidean distance, themselves left out.
  ///
  /// Of images at the same distance the first in the data set is the nearer.
  ///
  /// - Parameters:
  ///   - count: k; less than the number of images.
  ///   - chosen: the indices of the images whose neighbours are wanted.
  ///   - imageCount: the number of images of the data set.
  ///   - dimension: the number of values of an image.
  ///   - images: the values of some images, row-major.
  ///
  /// **Shape**: a list of k indices for each chosen image, the nearest first.
  ///
  /// **Throws**: what `images` throws.
  ///
  /// **Complexity**: O(chosen · images · dimension); memory O(chosen · (dimension + k)).
  public static func nearest(
    _ count: Int, to chosen: [Int], imageCount: Int, dimension: Int,
    images: (Range<Int>) throws -> [Double]
  ) throws -> [[Int]] {
    precondition(count < imageCount, "an image has fewer neighbours than there are images")
    let queries = try chosen.map { try images($0..<$0 + 1) }
    var nearest = [[(distance: Double, index: Int)]](repeating: [], count: chosen.count)
    let blockSize = max((1 << 20) / dimension, 1)
    for first in stride(from: 0, to: imageCount, by: blockSize) {
      let block = first..<min(first + blockSize, imageCount)
      let values = try images(block)
      for query in queries.indices {
        for index in block where index != chosen[query] {
          let limit = nearest[query].count == count ? nearest[query][count - 1].distance : .infinity
          let distance = squaredDistance(
            queries[query], values, from: (index - first) * dimension, limit: limit)
          guard distance < limit else { continue }
          // Equal distances stay in the order of the data set.
          let place = nearest[query].firstIndex { $0.distance > distance } ?? nearest[query].count
          nearest[query].insert((distance, index), at: place)
          if nearest[query].count > count { nearest[query].removeLast() }
        }
      }
    }
    return nearest.map { $0.map(\.index) }
  }

  /// The squared distance, or a number above the limit where it is above it.
  private static func squaredDistance(
    _ query: [Double], _ values: [Double], from start: Int, limit: Double
  ) -> Double {
    let query = query.span
    let values = values.span
    var distance = 0.0
    var index = 0
    while index < query.count {
      let end = min(index + 64, query.count)
      while index < end {
        let difference = query[index] - values[start + index]
        distance += difference * difference
        index += 1
      }
      if distance > limit { return distance }
    }
    return distance
  }
}
