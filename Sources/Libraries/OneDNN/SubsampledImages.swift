/// The pixels of images that a kernel of one tap reads with a stride or in a padded image.
///
/// A strided correlation of one tap is this and a product. oneDNN has kernels for the two in one, but
/// those of 2.6 write outside their scratch memory on AVX2 if channels are fewer than 8, and are known
/// to on AVX-512 if they are fewer than 16 (uxlfoundation/oneDNN#6035), so they are never asked for.
@safe final class SubsampledImages {
  private let shape: ImageConvolutionShape
  private let memory: AlignedBytes

  /// Images × pixels that are read × channels.
  var pixels: UnsafeMutablePointer<Float> { unsafe memory.numbers }

  /// Makes room; nil if the kernel has more taps, or reads all pixels as they are.
  init?(_ shape: ImageConvolutionShape) {
    guard shape.isPointwise, shape.input != shape.output || shape.stride != .init(1, 1) else {
      return nil
    }
    self.shape = shape
    memory = AlignedBytes(count: shape.withoutStride.inputCount * MemoryLayout<Float>.stride)
  }

  /// Copies the pixels; those outside of the images are zeros.
  func read(_ images: UnsafePointer<Float>) -> UnsafeMutablePointer<Float> {
    let channels = shape.inputChannels
    forEachPixel { target, pixel in
      let target = unsafe pixels + target
      if let pixel {
        unsafe target.update(from: images + pixel, count: channels)
      } else {
        unsafe target.update(repeating: 0, count: channels)
      }
    }
    return unsafe pixels
  }

  /// The adjoint: images with these pixels, zeros elsewhere.
  func write(_ images: UnsafeMutablePointer<Float>) {
    unsafe images.update(repeating: 0, count: shape.inputCount)
    forEachPixel { place, pixel in
      guard let pixel else { return }
      unsafe (images + pixel).update(from: pixels + place, count: shape.inputChannels)
    }
  }

  /// Calls with the place of each pixel's first channel here and in the images, nil outside of them.
  private func forEachPixel(_ body: (_ place: Int, _ pixel: Int?) -> Void) {
    var place = 0
    for image in 0..<shape.images {
      for row in 0..<shape.output.height {
        let y = row * shape.stride.height - shape.paddingBefore.height
        for column in 0..<shape.output.width {
          let x = column * shape.stride.width - shape.paddingBefore.width
          if y >= 0, y < shape.input.height, x >= 0, x < shape.input.width {
            let pixel = (image * shape.input.height + y) * shape.input.width + x
            body(place, pixel * shape.inputChannels)
          } else {
            body(place, nil)
          }
          place += shape.inputChannels
        }
      }
    }
  }
}
