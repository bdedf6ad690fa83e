internal import Digest
internal import Foundation
internal import Networks
internal import SweepSpec

extension NetworkInputs {
  private static let key: Substring = "network"
  /// What follows a section in the word for its guide.
  private static let guideSuffix: Substring = "_guide"

  /// Whether a line of `text` begins with this word.
  static func isKey(_ word: Substring) -> Bool { word == key || word.hasSuffix(guideSuffix) }

  /// What a plan has to know of the networks: a line for each, `network` and a JSON object; then the
  /// same for those that points are compared with, `similarity_guide` or `train_guide` in front.
  var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let named =
      inputs.map { (Self.key, $0) }
      + guides.sorted { $0.key < $1.key }.map { ($0.key + Self.guideSuffix, $0.value) }
    return named.map { key, input in
      // There is nothing in it that JSON cannot have.
      let json = (try? encoder.encode(StoredNetwork(input))) ?? Data()
      return "\(key) \(String(decoding: json, as: UTF8.self))\n"
    }.joined()
  }

  /// Reads what `text` wrote; nil where it did not.
  init?(text: String) {
    self.init()
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2,
        let input =
          (try? JSONDecoder().decode(StoredNetwork.self, from: Data(parts[1].utf8)))?.read
      else { return nil }
      let isGuide = parts[0].hasSuffix(Self.guideSuffix)
      add(input, asGuideOf: isGuide ? String(parts[0].dropLast(Self.guideSuffix.count)) : nil)
    }
  }
}

/// A network in the text of inputs.
private struct StoredNetwork: Codable {
  struct Representation: Codable {
    let name: String
    let kind: Int8
    /// Width, input width, kernel and stride of the operator; nil for none.
    let weighted: [Int]?
  }

  let path: String
  let input: [Int]?
  let channels: Int?
  let size: Int?
  let digest: String
  let inputShape: [Int]
  let representations: [Representation]
  let weights: Int
  let trainable: Int
  let flops: Int
  /// Atoms, dimension and nonzeros of the frame; nil for none.
  let frame: [Int]?
  /// Why there is none.
  let frameReason: String?
  /// Operations, bytes and seconds of its points; nil if they are not known.
  let cost: [Double]?

  init(_ input: NetworkInputs.Input) {
    (path, self.input) = (input.request.file.path, input.request.file.inputShape)
    (channels, size) = (input.request.channels, input.request.size)
    let network = input.network
    digest = network.digest.hexadecimal
    inputShape = network.inputShape
    representations = network.representations.dropFirst().map { facts in
      Representation(
        name: facts.name, kind: facts.kind.rawValue,
        weighted: facts.weighted.map { [$0.width, $0.inputWidth, $0.kernel, $0.stride] })
    }
    weights = network.counts.weights
    trainable = network.counts.trainable
    flops = network.counts.flops
    cost = input.cost.map { [$0.flops, $0.bytes, $0.seconds] }
    switch network.frame {
    case .frame(let atoms, let dimension, let nonzeros):
      (frame, frameReason) = ([atoms, dimension, nonzeros], nil)
    case .none(let reason): (frame, frameReason) = (nil, reason)
    }
  }

  /// What it says; nil if it was changed.
  var read: NetworkInputs.Input? {
    guard let digest = Digest256(hexadecimal: digest) else { return nil }
    var facts = [RepresentationFacts.input]
    for stored in representations {
      guard let kind = RepresentationKind(rawValue: stored.kind),
        stored.weighted.map({ $0.count == 4 }) ?? true
      else { return nil }
      let weighted = stored.weighted.map {
        RepresentationFacts.Operator(width: $0[0], inputWidth: $0[1], kernel: $0[2], stride: $0[3])
      }
      facts.append(RepresentationFacts(name: stored.name, kind: kind, weighted: weighted))
    }
    guard cost.map({ $0.count == 3 }) ?? true, frame.map({ $0.count == 3 }) ?? (frameReason != nil)
    else { return nil }
    let file = NetworkFile(path: path, inputShape: input)
    return NetworkInputs.Input(
      request: NetworkRequest(file: file, channels: channels, size: size),
      network: FileNetwork(
        file: file, digest: digest, inputShape: inputShape, representations: facts,
        counts: NetworkCounts(weights: weights, trainable: trainable, flops: flops),
        frame: frame.map { .frame(atoms: $0[0], dimension: $0[1], nonzeros: $0[2]) }
          ?? .none(reason: frameReason ?? ""), contents: nil),
      cost: cost.map { PointCost(flops: $0[0], bytes: $0[1], seconds: $0[2]) }
    )
  }
}
