extension Translation {
  /// The reader of every operator that is supported, by ONNX's name.
  static let readers: [String: Reader] = [
    arithmeticReaders, arrangementReaders, windowReaders, layerReaders,
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

  /// Why some operators are not supported.
  private static let refusals: [(operators: [String], reason: String)] = [
    (["If", "Loop", "Scan", "SequenceMap"], "a network without control flow"),
    (
      ["Upsample", "ConvTranspose", "GridSample", "AffineGrid", "MaxUnpool"],
      "a network that does not enlarge images"
    ),
    (
      [
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv",
        "QLinearMatMul", "ConvInteger", "MatMulInteger",
      ], "a network before it is quantised"
    ),
    (["RNN", "LSTM", "GRU"], "a network without recurrent layers"),
    (
      ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli"],
      "a network without random numbers"
    ),
    (
      ["NonMaxSuppression", "TopK", "NonZero", "Unique", "ArgMax", "ArgMin"],
      "a network whose shapes do not depend on its values"
    ),
  ]

  /// What to expect in place of an operator that is not supported.
  static func advice(_ node: NodeRecord) -> String {
    guard node.domain.isEmpty else { return "an operator of ONNX itself (domain ai.onnx)" }
    if let refusal = refusals.first(where: { $0.operators.contains(node.operatorName) }) {
      return refusal.reason
    }
    // Operators share words: LogSoftmax has that of Softmax, ReduceMax that of ReduceMean.
    let words = Set(words(of: node.operatorName))
    let near = readers.keys.filter { !words.isDisjoint(with: Self.words(of: $0)) }.sorted()
    return near.isEmpty
      ? "one of the operators that the guide lists"
      : "one that is, such as \(near.prefix(4).joined(separator: ", "))"
  }

  /// The words of an operator's name, in lower case.
  private static func words(of name: String) -> [String] {
    var words: [String] = []
    for character in name {
      if character.isUppercase || words.isEmpty { words.append("") }
      words[words.count - 1] += character.lowercased()
    }
    return words.filter { $0.count > 2 }
  }
}
