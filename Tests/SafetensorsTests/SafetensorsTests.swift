import Foundation
import Safetensors
import TestSupport
import Testing

@Suite("Safetensors files") struct SafetensorsTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func write(_ bytes: [UInt8], to name: String = "a.safetensors") throws -> String {
    try Data(bytes).write(to: URL(filePath: folder.path(name)))
    return folder.path(name)
  }

  private func problem(_ bytes: [UInt8]) throws -> String {
    let path = try write(bytes)
    return #expect(throws: SafetensorsError.self) { _ = try SafetensorsFile(path) }?.description
      ?? ""
  }

  @Test("Numbers of all types in floating point are widened, whatever else is in the file")
  func types() throws {
    let numbers: [Double] = [1.5, -0.25, 0, 65_504, 0x1p-24, -.infinity]
    var file = SafetensorsBuilder()
    file.metadata = #"{"format":"pt","a \u0041\ud83d\ude00\"":"\\ \n"}"#
    file.add("steps", "I64", [], Wire.little(UInt64(7)))
    file.add("doubles", [2, 3], numbers)
    file.add("floats", "F32", [3, 2, 1], numbers.flatMap { Wire.little(Float($0).bitPattern) })
    file.add("halves", "F16", [6], numbers.flatMap { Wire.little(Float16($0).bitPattern) })
    file.add(
      "brains", "BF16", [6],
      numbers.flatMap { Wire.little(UInt16(Float($0).bitPattern >> 16)) })
    file.add("odd", "F4", [3], [1, 2])
    file.add("none", "F32", [0, 5], [])
    let path = try write(file.bytes)
    let read = try SafetensorsFile(path)
    #expect(read.shardPaths == [])
    #expect(
      read.entries.map(\.name) == [
        "brains", "doubles", "floats", "halves", "none", "odd", "steps",
      ])
    #expect(read.entries[1].shape == [2, 3])
    for name in ["doubles", "floats", "halves"] { #expect(try read.numbers(of: name) == numbers) }
    // 65,504 needs eleven bits, and bfloat16 has eight.
    #expect(try read.numbers(of: "brains") == [1.5, -0.25, 0, 65_280, 0x1p-24, -.infinity])
    #expect(try read.numbers(of: "none") == [])
    for (name, message) in [
      ("steps", "'steps' holds I64, expected F64, F32, F16 or BF16"),
      ("odd", "'odd' holds F4, expected F64, F32, F16 or BF16"),
      ("more", "there is no 'more', expected a tensor of this name"),
    ] {
      let error = #expect(throws: SafetensorsError.self) { _ = try read.numbers(of: name) }
      #expect(error?.description == message)
    }
    let header = try SafetensorsHeader(file.bytes[...], fileBytes: file.bytes.count)
    #expect(header.metadata == ["format": "pt", "a A😀\"": "\\ \n"])
  }

  @Test(
    "Headers that say what the file is not are refused",
    arguments: [
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "puts 'a' outside"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "puts 'a' outside"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "'a' 4 bytes"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, "names"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "a gap"),
      (
        #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
        4, "an overlap before 'b'"
      ),
      (
        #"{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0,
        "beyond 64 bits"
      ),
      (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}"#, 0, "fit"),
      (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}"#, 0, "lacks a whole number"),
      (#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{}}"#, 0, "names 'a' twice"),
      (#"{"a":{"dtype":"F32","shape":[0]}}"#, 0, "lacks the type, the shape or the place"),
      (#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"b":1}}"#, 0, "has 'b' in 'a'"),
      (#"{"a":{"dtype":"F32"#, 0, "ends in a text"),
      (#"{"a" {}}"#, 0, "lacks a ':'"),
      ("[]", 0, "lacks a '{'"),
      (#"{"\ud83d":{}}"#, 0, "half a character"),
      ("{} {}", 0, "text behind its end"),
    ] as [(String, Int, String)])
  func headers(header: String, byteCount: Int, message: String) throws {
    let bytes = SafetensorsBuilder.file(header, [UInt8](repeating: 0, count: byteCount))
    let problem = try problem(bytes)
    #expect(problem.hasPrefix("its header ") && problem.contains(message))
  }

  @Test("Files that are none, and lengths beyond the file, are refused")
  func noFiles() throws {
    #expect(
      try problem([1, 2]) == "it holds 2 bytes, expected a safetensors file, which has at least 10")
    let claim = Wire.little(UInt64.max) + [0x7B, 0x7D]
    #expect(try problem(claim).contains("claims 18446744073709551615 bytes, and the file holds 10"))
    for path in [folder.path("none"), folder.path, "/dev/null"] {
      #expect(throws: SafetensorsError.self) { _ = try SafetensorsFile(path) }
    }
  }

  @Test("An index joins files of its own folder")
  func shards() throws {
    var (one, two) = (SafetensorsBuilder(), SafetensorsBuilder())
    one.add("a", [2], [1, 2])
    one.add("b", [1], [9])
    two.add("b", [1], [3])
    _ = try write(one.bytes, to: "x-1.safetensors")
    _ = try write(two.bytes, to: "x-2.safetensors")
    func index(_ map: String) throws -> String {
      try folder.write(#"{"metadata":{"total_size":24},"weight_map":\#(map)}"#, to: "x.json")
    }
    let file = try SafetensorsFile(
      index(#"{"a":"x-1.safetensors","b":"x-2.safetensors"}"#))
    #expect(file.entries.map(\.name) == ["a", "b"])
    #expect(try file.numbers(of: "a") == [1, 2])
    #expect(try file.numbers(of: "b") == [3])
    #expect(
      file.shardPaths == [folder.path("x-1.safetensors"), folder.path("x-2.safetensors")])
    for (map, message) in [
      (#"{"c":"x-1.safetensors"}"#, "looks for 'c' in x-1.safetensors, which has none"),
      (#"{"a":"../x-1.safetensors"}"#, "names the file '../x-1.safetensors'"),
      (#"{"a":"x-3.safetensors"}"#, "x-3.safetensors: there is no such file"),
      (#"[]"#, "it cannot be read, expected a JSON index with a weight_map"),
    ] {
      let path = try index(map)
      let error = #expect(throws: SafetensorsError.self) { _ = try SafetensorsFile(path) }
      #expect(error?.description.contains(message) ?? false)
    }
  }

  /// How often a file is damaged; FRAMESWEEP_MUTATIONS asks for more.
  private static let mutationCount =
    ProcessInfo.processInfo.environment["FRAMESWEEP_MUTATIONS"].flatMap { Int($0) } ?? 2_000

  @Test("Damaged files are read or refused, and no tensor is outside of the file")
  func mutations() throws {
    var file = SafetensorsBuilder()
    file.metadata = #"{"format":"pt","\u0041":"\n"}"#
    file.add("a.weight", "F32", [3, 2], [UInt8](repeating: 1, count: 24))
    file.add("a.bias", "F16", [3], [UInt8](repeating: 2, count: 6))
    file.add("steps", "I64", [], [UInt8](repeating: 3, count: 8))
    let whole = file.bytes
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<Self.mutationCount {
      let bytes = Self.damaged(whole, &generator)
      guard let header = try? SafetensorsHeader(bytes[...], fileBytes: bytes.count) else {
        continue
      }
      #expect(header.entries.allSatisfy { $0.bytes.upperBound <= bytes.count })
      try readAll(SafetensorsFile(write(bytes)))
    }
  }

  @Test("Damaged indices, and damaged files that belong to one, are read or refused")
  func mutationsOfShards() throws {
    var (one, two) = (SafetensorsBuilder(), SafetensorsBuilder())
    one.add("a", [2], [1, 2])
    two.add("b", [3], [3, 4, 5])
    _ = try write(two.bytes, to: "y-2.safetensors")
    let index = Array(
      #"{"metadata":{"total_size":20},"weight_map":{"a":"y-1.safetensors","b":"y-2.safetensors"}}"#
        .utf8)
    var generator = SeededGenerator(seed: 6)
    for turn in 0..<Self.mutationCount {
      let bytes = turn % 2 == 0 ? index : Self.damaged(index, &generator)
      _ = try write(
        turn % 2 == 0 ? Self.damaged(one.bytes, &generator) : one.bytes, to: "y-1.safetensors")
      guard let file = try? SafetensorsFile(write(bytes, to: "y.json")) else { continue }
      try readAll(file)
      #expect(file.shardPaths.allSatisfy { $0.hasPrefix(folder.path) })
    }
  }

  /// Bytes that are changed in one to three places.
  private static func damaged(
    _ whole: [UInt8], _ generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = whole
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes[place] = UInt8(ascii: "0") + UInt8.random(in: 0..<10, using: &generator)
      case 3 where bytes.count > 12:
        bytes.removeSubrange(place..<min(place + 3, bytes.count))
      default: bytes.insert(contentsOf: bytes.prefix(place).suffix(5), at: place)
      }
    }
    return bytes
  }

  private func readAll(_ file: SafetensorsFile) throws {
    for entry in file.entries {
      let numbers = (try? file.numbers(of: entry.name)) ?? []
      #expect(numbers.count <= entry.bytes.count)
    }
  }
}
