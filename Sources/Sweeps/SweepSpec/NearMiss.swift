/// The number of insertions, deletions, replacements and swaps of neighbours between two words.
///
/// **Source**: Damerau 1964, in the variant that edits no part twice.
func editDistance(_ left: String, _ right: String) -> Int {
  let left = Array(left.unicodeScalars)
  let right = Array(right.unicodeScalars)
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in 0..<left.count {
    var current = [row + 1]
    for column in 0..<right.count {
      var best = last[column] + (left[row] == right[column] ? 0 : 1)
      best = min(best, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        best = min(best, beforeLast[column - 1] + 1)
      }
      current.append(best)
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}

/// The candidate that a mistyped word probably stands for; nil where none is near.
public func nearMiss(of word: String, among candidates: [String]) -> String? {
  // Long words are not typing mistakes of keys, and the distance costs their product.
  guard word.unicodeScalars.count <= 40 else { return nil }
  let plain = word.lowercased()
  if let other = synonyms[plain], candidates.contains(other) { return other }
  let distances = candidates.map { (name: $0, distance: editDistance(plain, $0)) }
  guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
  let tolerated = max(1, min(3, nearest.name.unicodeScalars.count / 3))
  if nearest.distance <= tolerated { return nearest.name }
  // Other tools' words are mistyped as well.
  guard plain.unicodeScalars.count > 3 else { return nil }
  return synonyms.sorted { $0.key < $1.key }.first { word, meant in
    candidates.contains(meant) && editDistance(plain, word) <= 1
  }?.value
}

/// The candidates that a word probably stands for: the one it is a mistyped form of, or else those that
/// hold it, or all of its parts, at most six; none where none is near.
public func nearMisses(of word: String, among candidates: [String]) -> [String] {
  if let near = nearMiss(of: word, among: candidates) { return [near] }
  func parts(_ name: String) -> [Substring] { name.lowercased().split { "_-. ".contains($0) } }
  let wanted = parts(word)
  guard !wanted.isEmpty, wanted.allSatisfy({ $0.count > 2 }) else { return [] }
  return Array(
    candidates.filter { name in
      let own = parts(name)
      return wanted.allSatisfy { part in own.contains { $0.hasPrefix(part) } }
    }.prefix(6))
}

/// Words of other tools for keys and statistics of a sweep file, and for commands.
private let synonyms: [String: String] = [
  "axes": "grid", "matrix": "grid", "filters": "width", "kernel_size": "kernel",
  "growth_rate": "growth", "blocks": "stage_count", "resnet": "residual", "densenet": "dense",
  "linear": "linspace", "geometric": "logspace", "logarithmic": "logspace",
  "powers": "powers_of_two",
  "resnet20": "cifar_resnet_20", "resnet32": "cifar_resnet_32", "resnet44": "cifar_resnet_44",
  "resnet56": "cifar_resnet_56", "resnet110": "cifar_resnet_110",
  "resnet_20": "cifar_resnet_20", "resnet_32": "cifar_resnet_32", "resnet_44": "cifar_resnet_44",
  "resnet_56": "cifar_resnet_56", "resnet_110": "cifar_resnet_110",
  "wide_resnet_16_8": "wide_resnet_16", "wide_resnet_28_10": "wide_resnet_28",
  "densenet_40_12": "densenet_40", "densenet_100_12": "densenet_100",
  "nats_bench": "nats_bench_size", "nasbench201": "nas_bench_201",
  "nats_bench_topology": "nas_bench_201", "nasbench_macro": "nas_bench_macro",
  "hourglass": "hourglass_mlp",
  "benchmark": "bench", "check": "verify", "combine": "merge", "compute": "run", "execute": "run",
  "continue": "run", "create": "new", "draw": "figure", "info": "inspect", "init": "new",
  "join": "merge", "monitor": "watch", "plot": "figure", "progress": "status", "restart": "run",
  "resume": "run", "show": "inspect", "start": "run", "validate": "plan",
  "kaiming": "he", "normal": "he", "samples": "draws", "measurements": "measure",
]

/// Names in quotes for "did you mean …?".
public func anyOf(_ names: [String]) -> String {
  let quoted = names.map { "'\($0)'" }
  guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
  return quoted.dropLast().joined(separator: ", ") + " or " + last
}

/// Names for "expected one of …".
public func oneOf(_ names: [String]) -> String {
  names.count == 1 ? names[0] : "one of \(names.joined(separator: ", "))"
}
