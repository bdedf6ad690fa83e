/// What a library calls the parameters of a kind of network: rows of names here and names there.
///
/// `{s}` and any other letter stand for a number in a name here. `{s-1}` and `{2s-1}` in a name there are
/// computed from it, `{k}` is the block counted through all stages, and `{n}` the place of the operation,
/// whose results torch's sequences count. A row is about a module or about one of its parameters; the
/// first that fits counts.
///
/// **Source**: the attributes of torchvision's and timm's modules.
struct NamingConvention: Sendable {
  /// Whose names they are, such as `torchvision's DenseNet`.
  let title: String
  private let rows: [(own: String, theirs: [String])]
  /// What the module may be called that is the classifier.
  let classifiers: [String]

  private init(
    _ title: String, classifier: String, _ rows: KeyValuePairs<String, String>
  ) {
    self.title = title
    classifiers = Self.alternatives(classifier)
    self.rows = rows.map { ($0.key, Self.alternatives($0.value)) }
  }

  private static func alternatives(_ text: String) -> [String] {
    text.split(separator: "|").map(String.init)
  }

  /// What a parameter may be called; nil if the networks of this kind have none like it.
  func names(of parameter: NamedParameter) -> [String]? {
    let places: [Character: Int] = ["k": parameter.block, "n": parameter.node]
    let dot = parameter.name.lastIndex(of: ".") ?? parameter.name.startIndex
    let parts = [(parameter.name[...], ""), (parameter.name[..<dot], parameter.name[dot...])]
    for (own, theirs) in rows {
      for (name, part) in parts {
        guard let numbers = Self.numbers(in: name, as: own) else { continue }
        let all = numbers.merging(places) { number, _ in number }
        return theirs.map { Self.filled($0, all) + part }
      }
    }
    return nil
  }

  /// The numbers that stand where a pattern has letters in braces; nil if the rest differs.
  private static func numbers(in name: Substring, as pattern: String) -> [Character: Int]? {
    var (name, pattern) = (name, pattern[...])
    var numbers: [Character: Int] = [:]
    while let next = pattern.popFirst() {
      guard next == "{" else {
        guard name.popFirst() == next else { return nil }
        continue
      }
      let digits = name.prefix { $0.isASCII && $0.isNumber }
      guard let letter = pattern.popFirst(), pattern.popFirst() == "}", let number = Int(digits)
      else { return nil }
      numbers[letter] = number
      name = name[digits.endIndex...]
    }
    return name.isEmpty ? numbers : nil
  }

  /// A pattern with numbers in place of what is in braces: a factor, a letter and a summand.
  private static func filled(_ pattern: String, _ numbers: [Character: Int]) -> String {
    var result = ""
    var rest = pattern[...]
    while let next = rest.popFirst() {
      guard next == "{", let end = rest.firstIndex(of: "}") else {
        result.append(next)
        continue
      }
      let term = rest[..<end]
      rest = rest[rest.index(after: end)...]
      guard let place = term.firstIndex(where: \.isLetter), let number = numbers[term[place]] else {
        preconditionFailure("\(pattern) asks for what its row does not have")
      }
      let factor = Int(term[..<place]) ?? 1
      let summand = Int(term[term.index(after: place)...]) ?? 0
      result += String(factor * number + summand)
    }
    return result
  }
}

// MARK: - The table

extension NamingConvention {
  /// All that are known.
  static let all = [
    NamingConvention(
      "torchvision's DenseNet", classifier: "classifier",
      [
        "stem.convolution": "features.conv0",
        "stem.norm": "features.norm0",
        "stage_{s}.layer_{l}.activation_{a}.norm":
          "features.denseblock{s}.denselayer{l}.norm{a}|features.denseblock{s}.denselayer{l}.norm.{a}",
        "stage_{s}.layer_{l}.{a}.convolution":
          "features.denseblock{s}.denselayer{l}.conv{a}|features.denseblock{s}.denselayer{l}.conv.{a}",
        "stage_{s}.transition.norm": "features.transition{s}.norm",
        "stage_{s}.transition.convolution": "features.transition{s}.conv",
        "last.norm": "features.norm5",
      ]),
    NamingConvention(
      "torchvision's VGG", classifier: "classifier.6|head.fc",
      [
        "layer_{l}": "features.{n}",
        "layer_{l}.norm": "features.{n}",
        "classifier.layer_1.linear": "classifier.0|pre_logits.fc1",
        "classifier.layer_2.linear": "classifier.3|pre_logits.fc2",
      ]),
    NamingConvention(
      "torchvision's MobileNetV2", classifier: "classifier.1",
      [
        "stem.convolution": "features.0.0",
        "stem.norm": "features.0.1",
        "stage_1.block_{b}.layer_2.convolution": "features.{k}.conv.0.0",
        "stage_1.block_{b}.layer_2.norm": "features.{k}.conv.0.1",
        "stage_1.block_{b}.layer_3.convolution": "features.{k}.conv.1",
        "stage_1.block_{b}.layer_3.norm": "features.{k}.conv.2",
        "stage_{s}.block_{b}.layer_1.convolution": "features.{k}.conv.0.0",
        "stage_{s}.block_{b}.layer_1.norm": "features.{k}.conv.0.1",
        "stage_{s}.block_{b}.layer_2.convolution": "features.{k}.conv.1.0",
        "stage_{s}.block_{b}.layer_2.norm": "features.{k}.conv.1.1",
        "stage_{s}.block_{b}.layer_3.convolution": "features.{k}.conv.2",
        "stage_{s}.block_{b}.layer_3.norm": "features.{k}.conv.3",
        "last.convolution": "features.{k+1}.0",
        "last.norm": "features.{k+1}.1",
      ]),
    NamingConvention(
      "torchvision's EfficientNet", classifier: "classifier.1",
      [
        "stem.convolution": "features.0.0",
        "stem.norm": "features.0.1",
        "stage_1.block_{b}.layer_2.convolution": "features.1.{b-1}.block.0.0",
        "stage_1.block_{b}.layer_2.norm": "features.1.{b-1}.block.0.1",
        "stage_1.block_{b}.squeeze.{a}": "features.1.{b-1}.block.1.fc{a}",
        "stage_1.block_{b}.layer_3.convolution": "features.1.{b-1}.block.2.0",
        "stage_1.block_{b}.layer_3.norm": "features.1.{b-1}.block.2.1",
        "stage_{s}.block_{b}.layer_1.convolution": "features.{s}.{b-1}.block.0.0",
        "stage_{s}.block_{b}.layer_1.norm": "features.{s}.{b-1}.block.0.1",
        "stage_{s}.block_{b}.layer_2.convolution": "features.{s}.{b-1}.block.1.0",
        "stage_{s}.block_{b}.layer_2.norm": "features.{s}.{b-1}.block.1.1",
        "stage_{s}.block_{b}.squeeze.{a}": "features.{s}.{b-1}.block.2.fc{a}",
        "stage_{s}.block_{b}.layer_3.convolution": "features.{s}.{b-1}.block.3.0",
        "stage_{s}.block_{b}.layer_3.norm": "features.{s}.{b-1}.block.3.1",
        "last.convolution": "features.8.0",
        "last.norm": "features.8.1",
      ]),
    NamingConvention(
      "timm's MobileNet and EfficientNet", classifier: "classifier",
      [
        "stem.convolution": "conv_stem",
        "stem.norm": "bn1",
        "stage_1.block_{b}.layer_2.convolution": "blocks.0.{b-1}.conv_dw",
        "stage_1.block_{b}.layer_2.norm": "blocks.0.{b-1}.bn1",
        "stage_1.block_{b}.layer_3.convolution": "blocks.0.{b-1}.conv_pw",
        "stage_1.block_{b}.layer_3.norm": "blocks.0.{b-1}.bn2",
        "stage_{s}.block_{b}.layer_1.convolution": "blocks.{s-1}.{b-1}.conv_pw",
        "stage_{s}.block_{b}.layer_2.convolution": "blocks.{s-1}.{b-1}.conv_dw",
        "stage_{s}.block_{b}.layer_3.convolution": "blocks.{s-1}.{b-1}.conv_pwl",
        "stage_{s}.block_{b}.layer_{l}.norm": "blocks.{s-1}.{b-1}.bn{l}",
        "stage_{s}.block_{b}.squeeze.1": "blocks.{s-1}.{b-1}.se.conv_reduce",
        "stage_{s}.block_{b}.squeeze.2": "blocks.{s-1}.{b-1}.se.conv_expand",
        "last.convolution": "conv_head",
        "last.norm": "bn2",
      ]),
    NamingConvention(
      "torchvision's ConvNeXt", classifier: "classifier.2",
      [
        "stem": "features.0.0",
        "stem.norm": "features.0.1",
        "stage_{s}.entry.norm": "features.{2s-2}.0",
        "stage_{s}.entry": "features.{2s-2}.1",
        "stage_{s}.block_{b}.depthwise": "features.{2s-1}.{b-1}.block.0",
        "stage_{s}.block_{b}.norm": "features.{2s-1}.{b-1}.block.2",
        "stage_{s}.block_{b}.1": "features.{2s-1}.{b-1}.block.3",
        "stage_{s}.block_{b}.2": "features.{2s-1}.{b-1}.block.5",
        "stage_{s}.block_{b}.layer_scale": "features.{2s-1}.{b-1}.layer_scale",
        "norm": "classifier.0",
      ]),
    NamingConvention(
      "timm's ConvNeXt", classifier: "head.fc",
      [
        "stem": "stem.0",
        "stem.norm": "stem.1",
        "stage_{s}.entry.norm": "stages.{s-1}.downsample.0",
        "stage_{s}.entry": "stages.{s-1}.downsample.1",
        "stage_{s}.block_{b}.depthwise": "stages.{s-1}.blocks.{b-1}.conv_dw",
        "stage_{s}.block_{b}.norm": "stages.{s-1}.blocks.{b-1}.norm",
        "stage_{s}.block_{b}.{a}": "stages.{s-1}.blocks.{b-1}.mlp.fc{a}",
        "stage_{s}.block_{b}.layer_scale": "stages.{s-1}.blocks.{b-1}.gamma",
        "norm": "head.norm",
      ]),
    NamingConvention(
      "torchvision's ViT", classifier: "heads.head",
      [
        "patches": "conv_proj",
        "class_token": "class_token",
        "positions": "encoder.pos_embedding",
        "block_{b}.norm_{a}": "encoder.layers.encoder_layer_{b-1}.ln_{a}",
        "block_{b}.attention.qkv.weight":
          "encoder.layers.encoder_layer_{b-1}.self_attention.in_proj_weight",
        "block_{b}.attention.qkv.bias":
          "encoder.layers.encoder_layer_{b-1}.self_attention.in_proj_bias",
        "block_{b}.attention.projection":
          "encoder.layers.encoder_layer_{b-1}.self_attention.out_proj",
        "block_{b}.mlp.{a}":
          "encoder.layers.encoder_layer_{b-1}.mlp.{3a-3}"
          + "|encoder.layers.encoder_layer_{b-1}.mlp.linear_{a}",
        "norm": "encoder.ln",
      ]),
    NamingConvention(
      "timm's ViT", classifier: "head",
      [
        "patches": "patch_embed.proj",
        "class_token": "cls_token",
        "positions": "pos_embed",
        "block_{b}.norm_{a}": "blocks.{b-1}.norm{a}",
        "block_{b}.attention.qkv": "blocks.{b-1}.attn.qkv",
        "block_{b}.attention.projection": "blocks.{b-1}.attn.proj",
        "block_{b}.mlp.{a}": "blocks.{b-1}.mlp.fc{a}",
        "norm": "norm",
      ]),
    NamingConvention(
      "timm's Mixer", classifier: "head",
      [
        "patches": "stem.proj",
        "block_{b}.norm_{a}": "blocks.{b-1}.norm{a}",
        "block_{b}.tokens.{a}": "blocks.{b-1}.mlp_tokens.fc{a}",
        "block_{b}.channels.{a}": "blocks.{b-1}.mlp_channels.fc{a}",
        "norm": "norm",
      ]),
  ]
}
