internal import Foundation
internal import RandomNumbers

extension Attack {
  /// A random point of the ball around an image, brought into the box: uniform in the cube, or in
  /// the Euclidean ball.
  func start(around origin: [Float], radius: Float, from stream: inout RandomStream) -> [Float] {
    var image = origin
    if isEuclidean {
      let direction = stream.nextNormals(origin.count)
      let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let length = Double(radius) * pow(stream.nextUniform(), 1 / Double(origin.count))
      if norm > 0 {
        for place in image.indices { image[place] += Float(length / norm * direction[place]) }
      }
    } else {
      for place in image.indices {
        image[place] += radius * Float(2 * stream.nextUniform() - 1)
      }
    }
    confine(&image, around: origin, radius: radius)
    return image
  }
}
