internal import Foundation

/// A safetensors file, or one that is spread over several by an index.
public struct SafetensorsFile: Sendable {
  /// A tensor, and the file that it is in.
  private struct Place: Sendable {
    let entry: SafetensorsHeader.Entry
    let path: String
  }

  /// All tensors by their names.
  private let places: [String: Place]
  /// The paths of the files that hold the numbers, in the order of their names; empty if it is the file
  /// itself.
  public let shardPaths: [String]

  /// Opens a file: safetensors, or a JSON index (`….safetensors.index.json`) of several.
  ///
  /// - Parameter path: the file.
  ///
  /// **Throws**: `SafetensorsError`.
  ///
  /// **Complexity**: reads headers only.
  public init(_ path: String) throws(SafetensorsError) {
    guard path.hasSuffix(".json") else {
      shardPaths = []
      places = Dictionary(
        uniqueKeysWithValues: try Self.header(of: path).entries.map {
          ($0.name, Place(entry: $0, path: path))
        })
      return
    }
    let files = try Self.index(path)
    let folder = URL(filePath: path).deletingLastPathComponent().relativePath
    var places: [String: Place] = [:]
    for file in Set(files.values).sorted() {
      for entry in try Self.header(of: "\(folder)/\(file)", name: file).entries {
        // A file may hold tensors that the index takes from another one.
        guard files[entry.name] == file else { continue }
        places[entry.name] = Place(entry: entry, path: "\(folder)/\(file)")
      }
    }
    if let missing = files.keys.filter({ places[$0] == nil }).min() {
      throw SafetensorsError(
        "the index looks for '\(missing)' in \(files[missing] ?? ""), which has none",
        expected: "files that belong to it")
    }
    self.places = places
    shardPaths = Set(files.values).sorted().map { "\(folder)/\($0)" }
  }

  /// The tensors, in the order of their names.
  public var entries: [SafetensorsHeader.Entry] {
    places.values.map(\.entry).sorted { $0.name < $1.name }
  }

  /// The numbers of a tensor, widened.
  ///
  /// **Throws**: `SafetensorsError` if there is none, if it does not hold numbers in floating point, or
  /// if the file cannot be read any more.
  public func numbers(of name: String) throws(SafetensorsError) -> [Double] {
    guard let place = places[name] else {
      throw SafetensorsError("there is no '\(name)'", expected: "a tensor of this name")
    }
    guard let type = ElementType(rawValue: place.entry.type) else {
      throw SafetensorsError(
        "'\(name)' holds \(place.entry.type)", expected: "F64, F32, F16 or BF16")
    }
    let range = place.entry.bytes
    let bytes = try Self.reading(place.path) { file in
      try file.seek(toOffset: UInt64(range.lowerBound))
      return [UInt8](try file.read(upToCount: range.count) ?? Data())
    }
    guard bytes.count == range.count else {
      throw SafetensorsError("it became shorter while it was read", expected: "it as it was")
    }
    return type.numbers(bytes[...])
  }

  /// The header of a file, and its name in what is wrong with it.
  private static func header(
    of path: String, name: String
  ) throws(SafetensorsError) -> SafetensorsHeader {
    do throws(SafetensorsError) {
      return try header(of: path)
    } catch {
      throw SafetensorsError("\(name): \(error.problem)", expected: error.expected)
    }
  }

  private static func header(of path: String) throws(SafetensorsError) -> SafetensorsHeader {
    let size = try size(of: path)
    let bytes = try reading(path) { file in
      let length = [UInt8](try file.read(upToCount: 8) ?? Data())
      let count = try SafetensorsHeader.byteCount(length[...], fileBytes: size)
      return length + [UInt8](try file.read(upToCount: count - 8) ?? Data())
    }
    return try SafetensorsHeader(bytes[...], fileBytes: size)
  }

  /// The file of each tensor.
  private static func index(_ path: String) throws(SafetensorsError) -> [String: String] {
    struct Index: Decodable {
      let weightMap: [String: String]

      enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
    }
    let expected = "a JSON index with a weight_map"
    guard try size(of: path) <= 1 << 28 else {
      throw SafetensorsError("it is larger than an index", expected: expected)
    }
    let bytes = try reading(path) { file in try file.readToEnd() ?? Data() }
    guard let index = try? JSONDecoder().decode(Index.self, from: bytes) else {
      throw SafetensorsError("it cannot be read", expected: expected)
    }
    for file in index.weightMap.values where file.contains("/") || !file.hasSuffix(".safetensors") {
      throw SafetensorsError(
        "it names the file '\(file)'", expected: "names of safetensors files in its own folder")
    }
    return index.weightMap
  }

  private static func size(of path: String) throws(SafetensorsError) -> Int {
    let url = URL(filePath: path).resolvingSymlinksInPath()
    guard
      let values = try? url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey]),
      values.isRegularFile == true, let size = values.fileSize
    else {
      let exists = FileManager.default.fileExists(atPath: path)
      throw SafetensorsError(
        exists ? "it is no regular file" : "there is no such file", expected: "a safetensors file")
    }
    return size
  }

  private static func reading<Result>(
    _ path: String, _ body: (FileHandle) throws -> Result
  ) throws(SafetensorsError) -> Result {
    do {
      let file = try FileHandle(forReadingFrom: URL(filePath: path))
      defer { try? file.close() }
      return try body(file)
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw SafetensorsError("it cannot be read: \(error)", expected: "a safetensors file")
    }
  }
}
