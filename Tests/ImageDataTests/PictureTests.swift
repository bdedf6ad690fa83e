import Foundation
import JPEG
import PNG
import TestSupport
import Testing

@testable import ImageData

/// Small pictures with the values that Pillow finds in them; made by
/// `analysis/benchmarks/picture_cases.py`.
struct PictureCases: Decodable {
  struct Decoded: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let width: Int
    let height: Int
    let channels: Int
    let samples: [UInt8]

    var testDescription: String { file }
  }

  struct Resized: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let width: Int
    let height: Int
    let samples: [UInt8]

    var testDescription: String { "\(file) \(width) × \(height)" }
  }

  let pictures: [Decoded]
  let resized: [Resized]

  static let folder = Bundle.module.url(forResource: "Pictures", withExtension: nil)

  static let all: PictureCases = {
    guard let url = folder?.appending(path: "values.json"), let data = try? Data(contentsOf: url),
      let cases = try? JSONDecoder().decode(PictureCases.self, from: data)
    else { preconditionFailure("the pictures' values cannot be read") }
    return cases
  }()

  /// The bytes of a file.
  static func bytes(_ file: String) throws -> [UInt8] {
    let url = try #require(folder)
    return try [UInt8](Data(contentsOf: url.appending(path: file)))
  }
}

@Suite("Pictures") struct PictureTests {
  @Test("Pictures have the samples that Pillow finds in them", arguments: PictureCases.all.pictures)
  func decoding(known: PictureCases.Decoded) throws {
    let bytes = try PictureCases.bytes(known.file)
    let picture = try Picture(decoding: bytes, name: known.file)
    #expect((picture.width, picture.height) == (known.width, known.height))
    #expect(picture.channels == known.channels)
    // Both decoders of JPEG compute in whole numbers, and by the same rules.
    #expect(picture.samples == known.samples)
    let header = try Picture.header(of: bytes, name: known.file)
    #expect(
      header
        == Picture.Header(
          width: known.width, height: known.height, hasColour: known.channels == 3))
  }

  @Test("Resized pictures are those of Pillow, bit for bit", arguments: PictureCases.all.resized)
  func resizing(known: PictureCases.Resized) throws {
    let picture = try Picture(decoding: PictureCases.bytes(known.file), name: known.file)
    let resized = picture.resized(width: known.width, height: known.height)
    #expect((resized.width, resized.height) == (known.width, known.height))
    #expect(resized.samples == known.samples)
  }

  @Test("Constant pictures stay constant at every size, and no resizing changes nothing")
  func constants() {
    let grey = Picture(
      width: 17, height: 5, channels: 1, samples: [UInt8](repeating: 201, count: 85))
    for (width, height) in [(1, 1), (3, 40), (17, 5), (100, 2)] {
      #expect(grey.resized(width: width, height: height).samples.allSatisfy { $0 == 201 })
    }
    let ramp = Picture(width: 4, height: 2, channels: 1, samples: [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(ramp.resized(width: 4, height: 2) == ramp)
    // The mean of four samples of a step of 2, by the triangle's weights 1 3 3 1 where all are there.
    #expect(ramp.resized(width: 2, height: 2).samples == [1, 2, 5, 6])
  }

  @Test("The shorter side gets the length, the longer one is rounded down")
  func extents() {
    let known = [(500, 375, 256, 341, 256), (375, 500, 256, 256, 341), (32, 32, 224, 224, 224)]
    for (width, height, side, newWidth, newHeight) in known {
      #expect(
        Picture.resizedExtents(width: width, height: height, shorterSide: side)
          == (newWidth, newHeight))
    }
  }

  @Test("The middle is cut as torchvision cuts it: half a pixel goes to the even side")
  func cropping() {
    let row = Picture(width: 5, height: 2, channels: 1, samples: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    // Left is 1.5, which becomes 2.
    #expect(row.cropped(to: 2).samples == [2, 3, 7, 8])
    let high = Picture(width: 2, height: 3, channels: 1, samples: [0, 1, 2, 3, 4, 5])
    // Top is 0.5, which becomes 0.
    #expect(high.cropped(to: 2).samples == [0, 1, 2, 3])
  }

  @Test("Samples are rearranged channel by channel, and grey ones repeated")
  func planes() {
    let colour = Picture(width: 2, height: 1, channels: 3, samples: [1, 2, 3, 4, 5, 6])
    #expect(colour.planes(channels: 3) == [1, 4, 2, 5, 3, 6])
    let grey = Picture(width: 2, height: 1, channels: 1, samples: [7, 8])
    #expect(grey.planes(channels: 1) == [7, 8])
    #expect(grey.planes(channels: 3) == [7, 8, 7, 8, 7, 8])
  }

  private func problem(_ bytes: [UInt8]) -> String {
    let error = #expect(throws: InputFileError.self) {
      _ = try Picture(decoding: bytes, name: "p")
    }
    return error?.description ?? ""
  }

  @Test("What cannot be read as a picture is refused by its name")
  func refusals() throws {
    #expect(problem([]) == "p: it does not begin as PNG or JPEG does, expected PNG or JPEG")
    for name in ["transparent.png", "transparent-grey.png"] {
      #expect(
        try problem(PictureCases.bytes(name))
          == "p: it has transparent pixels, whose colour depends on a background, expected a whole "
          + "PNG image without transparency")
    }
    #expect(
      try problem(PictureCases.bytes("inks.jpg")).contains("the four inks of printing (CMYK)"))
    let png = try PictureCases.bytes("colour-8.png")
    #expect(problem(Array(png.dropLast(30))).contains("not a whole PNG image"))
    let jpeg = try PictureCases.bytes("halved.jpg")
    #expect(problem(Array(jpeg.prefix(jpeg.count / 2))).contains("cannot be decoded"))
    #expect(problem(Array(jpeg.prefix(4))).contains("cannot be decoded"))
    var flipped = png
    flipped[60] ^= 1
    #expect(problem(flipped).contains("cannot be decoded"))
  }

  @Test("A size that so few bytes cannot hold is refused before memory is asked for")
  func claims() throws {
    var png = try PictureCases.bytes("colour-8.png")
    png.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
    #expect(
      problem(png)
        == "p: its header claims 2147483647 × 2147483647 pixels, too many for \(png.count) bytes, "
        + "expected a whole PNG image without transparency")
    png.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
    #expect(problem(png).contains("8192 × 8192 pixels, too many"))
    var jpeg = try PictureCases.bytes("halved.jpg")
    let frame = try #require(
      (0..<jpeg.count - 9).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x80, 0, 0x80, 0])
    #expect(problem(jpeg).contains("32768 × 32768 pixels, too many"))
  }

  /// How often each file is damaged; FRAMESWEEP_MUTATIONS asks for more.
  private static let mutationCount =
    ProcessInfo.processInfo.environment["FRAMESWEEP_MUTATIONS"].flatMap { Int($0) } ?? 200

  @Test(
    "Damaged pictures are read or refused, with no more samples than their bytes can hold",
    arguments: [
      "colour-8.png", "grey-16.png", "interlaced.png", "palette-4.png", "opaque.png", "halved.jpg",
      "progressive.jpg", "grey.jpg",
    ])
  func mutations(file: String) throws {
    let whole = try PictureCases.bytes(file)
    var generator = SeededGenerator(seed: UInt64(whole.count))
    for _ in 0..<Self.mutationCount {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.removeSubrange(place..<min(place + 9, bytes.count))
        default: bytes.insert(contentsOf: bytes.prefix(place).suffix(9), at: place)
        }
        if bytes.isEmpty { bytes = [0] }
      }
      if file.hasSuffix("png") { bytes = repaired(bytes) }
      guard let picture = try? Picture(decoding: bytes, name: file) else { continue }
      #expect(picture.samples.count == picture.width * picture.height * picture.channels)
      #expect(picture.width * picture.height <= 8 * 1_032 * bytes.count)
    }
  }

  /// Gives the chunks of a damaged PNG right checksums and, as far as they can be told apart, lengths: what
  /// is behind them would never be reached.
  private func repaired(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var start = 8
    while start + 12 <= bytes.count {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      guard start + 12 + length <= bytes.count else { break }
      let end = start + 8 + length
      var sum: UInt32 = .max
      for byte in bytes[start + 4..<end] {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
      }
      sum = ~sum
      for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index)) }
      start = end + 4
    }
    return bytes
  }
}
