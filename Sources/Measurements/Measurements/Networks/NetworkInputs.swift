internal import Bytes
internal import Digest
internal import NetworkGraphs
internal import Networks
internal import ONNX
internal import Paths
public import SweepSpec

/// The networks from files that a sweep's points name.
///
/// Only the coordinator reads files. Other ranks are given their bytes, so that a file is read once for a
/// job.
public struct NetworkInputs: Sendable {
  /// A network that points ask for.
  struct Input: Sendable {
    let request: NetworkRequest
    let network: FileNetwork
  }

  /// The networks, in the order in which points name them.
  private(set) var inputs: [Input] = []
  /// All bytes of the files, each once; none where only a plan is asked for.
  private(set) var files: [ONNXBytes] = []
  /// What is worth saying of the files without refusing them.
  private(set) var warnings: [SpecError] = []

  /// No networks.
  public init() {}

  /// Reads and understands all networks that a sweep names.
  ///
  /// - Parameters:
  ///   - spec: the sweep.
  ///   - folder: the folder of the sweep file, where relative paths start.
  ///
  /// **Throws**: `SpecErrors` with the place of every file that cannot be read or does not fit.
  ///
  /// **Complexity**: reads every file once.
  init(opening spec: Spec, folder: String) throws(SpecErrors) {
    guard spec.namesNetworks else { return }
    var read: [String: ONNXBytes] = [:]
    var errors: [SpecError] = []
    for (request, place, keyPath) in try spec.networkRequests() {
      let path = request.file.path
      do throws(ONNXError) {
        // Not with ??, which forgets the type of what is thrown.
        let bytes =
          if let known = read[path] { known } else {
            try ONNXBytes(path: PathName.resolved(path, in: folder), name: path)
          }
        if read.updateValue(bytes, forKey: path) == nil { files.append(bytes) }
        let (network, remarks) = try FileNetwork.understanding(request, bytes, spec.measure)
        inputs.append(Input(request: request, network: network))
        warnings += remarks.map { SpecError(place, keyPath, $0) }
      } catch {
        errors.append(
          SpecError(place, keyPath, error.whatIsWrong, expected: error.expected))
      }
    }
    guard errors.isEmpty else { throw SpecErrors(errors) }
  }

  /// Takes over a network that was understood before.
  mutating func add(_ input: Input) { inputs.append(input) }

  /// What a plan has to know of the networks.
  public var facts: NetworkFacts {
    NetworkFacts(
      Dictionary(inputs.map { ($0.request, $0.network) }, uniquingKeysWith: { first, _ in first }))
  }

  /// The SHA-256 of every file, each once.
  var digests: [Digest256] {
    var seen: Set<Digest256> = []
    return inputs.map(\.network.digest).filter { seen.insert($0).inserted }
  }
}

// MARK: - As bytes

extension NetworkInputs {
  /// All files for ranks that do not read them: for each its name, its bytes, and those of every file
  /// beside it with their paths, each text behind its length in 64 bits.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(files.reduce(64) { $0 + $1.byteCount + 64 })
    func append(_ part: some Collection<UInt8>) {
      bytes.append(little: UInt64(part.count))
      bytes += part
    }
    bytes.append(little: UInt64(files.count))
    for file in files {
      append(file.name.utf8)
      append(file.main)
      bytes.append(little: UInt64(file.external.count))
      for (path, part) in file.external.sorted(by: { $0.key < $1.key }) {
        append(path.utf8)
        append(part)
      }
    }
    return bytes
  }

  /// Understands what `bytes` wrote on another rank.
  ///
  /// **Throws**: `SpecErrors`, which the rank that read the files met first.
  mutating func receive(_ reader: inout ByteReader, of spec: Spec) throws(SpecErrors) {
    var files: [String: ONNXBytes] = [:]
    for _ in 0..<Int(reader.next()) {
      let (name, main) = (reader.text(), reader.part())
      var external: [String: [UInt8]] = [:]
      for _ in 0..<Int(reader.next()) {
        let path = reader.text()
        external[path] = reader.part()
      }
      files[name] = ONNXBytes(name: name, main: main, external: external)
    }
    do throws(ONNXError) {
      for (place, input) in inputs.enumerated() {
        guard let bytes = files[input.request.file.path] else { continue }
        inputs[place] = Input(
          request: input.request,
          network: try FileNetwork.understanding(input.request, bytes, spec.measure).network)
      }
    } catch {
      throw SpecErrors([
        SpecError(
          Place(line: 1, column: 1), "network", error.whatIsWrong, expected: error.expected)
      ])
    }
  }
}

extension ByteReader {
  /// The bytes behind their number.
  fileprivate mutating func part() -> [UInt8] { next(Int(next())) }

  /// The text behind the number of its bytes.
  fileprivate mutating func text() -> String { String(decoding: part(), as: UTF8.self) }
}
