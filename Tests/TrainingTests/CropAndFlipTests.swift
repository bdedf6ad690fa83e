import Architectures
import RandomNumbers
import TestSupport
import Testing

@testable import Training

@Suite("Random crops and flips") struct CropAndFlipTests {
  private static let side = 5

  private static func image() -> [Double] {
    var random = SeededGenerator(seed: 9)
    return random.numbers(2 * side * side).map { 0.1 + abs($0) }
  }

  /// The part of the framed image, pixel by pixel.
  private static func naive(
    _ image: [Double], down: Int, right: Int, isFlipped: Bool
  ) -> [Double] {
    let frame = 10
    let wide = side + 2 * frame
    return (0..<2).flatMap { channel in
      var framed = [Double](repeating: 0, count: wide * wide)
      for row in 0..<side {
        for column in 0..<side {
          framed[(row + frame) * wide + column + frame] =
            image[channel * side * side + row * side + column]
        }
      }
      return (0..<side * side).map { place in
        let (row, column) = (place / side, place % side)
        let read = isFlipped ? side - 1 - column : column
        return framed[(row + down + frame) * wide + read + right + frame]
      }
    }
  }

  @Test("A crop is a part of the image in a frame of zeros, and a flip exchanges its sides")
  func parts() {
    let image = Self.image()
    for down in -7...7 {
      for right in -7...7 {
        for isFlipped in [false, true] {
          #expect(
            CropAndFlip.cropped(
              image, side: Self.side, down: down, right: right, isFlipped: isFlipped)
              == Self.naive(image, down: down, right: right, isFlipped: isFlipped))
        }
      }
    }
  }

  @Test("All places and both sides are equally likely") func frequencies() {
    var changes = CropAndFlip()
    (changes.padding, changes.flips) = (1, true)
    var stream = RandomKey(domain: "test", seed: 1).stream
    let shape = InputShape(channels: 2, size: Self.side)
    var counts: [[Double]: Int] = [:]
    for _ in 0..<3_600 {
      var image = Self.image()
      changes.change(&image, shape: shape, from: &stream)
      counts[image, default: 0] += 1
    }
    // 18 results, 200 times each; six standard deviations are 83.
    #expect(counts.count == 18 && counts.values.allSatisfy { abs($0 - 200) < 83 })
  }

  @Test("Crops do not depend on whether images are flipped") func independence() {
    let shape = InputShape(channels: 2, size: Self.side)
    var (plain, flipping) = (CropAndFlip(), CropAndFlip())
    (plain.padding, flipping.padding, flipping.flips) = (2, 2, true)
    var (first, second) = (
      RandomKey(domain: "test", seed: 2).stream, RandomKey(domain: "test", seed: 2).stream
    )
    for _ in 0..<50 {
      var (crop, other) = (Self.image(), Self.image())
      plain.change(&crop, shape: shape, from: &first)
      flipping.change(&other, shape: shape, from: &second)
      let mirrored = CropAndFlip.cropped(
        other, side: Self.side, down: 0, right: 0, isFlipped: true)
      #expect(crop == other || crop == mirrored)
    }
  }
}
