extension Directions {
  /// Directions of the data near an image: the principal components of the differences between its
  /// neighbours and the image, which are not centred.
  ///
  /// - Parameters:
  ///   - count: the number of directions; there are fewer where the differences span less.
  ///   - image: the image.
  ///   - neighbours: the values of its neighbours, one image behind the other.
  ///
  /// **Throws**: `LAPACKError`.
  public static func generative(
    count: Int, of image: [Double], neighbours: [Double]
  ) throws -> Directions {
    let dimension = image.count
    var differences = neighbours
    for index in differences.indices { differences[index] -= image[index % dimension] }
    let components = try PrincipalComponents(
      count: count, ofRows: differences, dimension: dimension)
    return Directions(family: .generative, dimension: dimension, normalizing: components.vectors)
  }
}
