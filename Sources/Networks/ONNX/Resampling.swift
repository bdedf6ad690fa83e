/// ONNX's `Resize` along one axis, for constants: position embeddings that are made to fit the image.
struct Resampling {
  /// How an output's place becomes one among the inputs.
  enum Coordinates: String {
    case halfPixel = "half_pixel"
    case pytorchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
  }

  enum Mode: String {
    case nearest
    case linear
    case cubic
  }

  var mode: Mode
  var coordinates: Coordinates
  /// Which neighbour is the nearest: `round_prefer_floor`, `round_prefer_ceil`, `floor` or `ceil`.
  var rounding: String
  /// The parameter a of the cubic kernel.
  var cubic: Double
  /// Whether taps outside of the axis are left out, and the others scaled to a sum of 1.
  var excludesOutside: Bool

  /// The place among the inputs of an output.
  private func place(_ output: Int, _ inputs: Int, _ outputs: Int, scale: Double) -> Double {
    let place = Double(output)
    switch coordinates {
    case .asymmetric: return place / scale
    case .alignCorners:
      return outputs > 1 ? place * Double(inputs - 1) / Double(outputs - 1) : 0
    case .pytorchHalfPixel where outputs == 1: return 0
    case .halfPixel, .pytorchHalfPixel: return (place + 0.5) / scale - 0.5
    }
  }

  /// The inputs of an output with their weights; what lies outside counts as the element at the edge.
  func taps(
    _ output: Int, inputs: Int, outputs: Int, scale: Double
  ) -> [(input: Int, weight: Double)] {
    let place = place(output, inputs, outputs, scale: scale)
    var taps: [(input: Int, weight: Double)]
    switch mode {
    case .nearest: taps = [(nearest(place), 1)]
    case .linear:
      let first = place.rounded(.down)
      taps = [(Int(first), 1 - (place - first)), (Int(first) + 1, place - first)]
    case .cubic:
      let first = place.rounded(.down)
      taps = (-1...2).map { (Int(first) + $0, kernel((place - first - Double($0)).magnitude)) }
    }
    if excludesOutside {
      taps.removeAll { !(0..<inputs).contains($0.input) }
      let sum = taps.reduce(0) { $0 + $1.weight }
      taps = taps.map { ($0.input, $0.weight / sum) }
    }
    return taps.map { (min(max($0.input, 0), inputs - 1), $0.weight) }
  }

  private func nearest(_ place: Double) -> Int {
    switch rounding {
    case "floor": Int(place.rounded(.down))
    case "ceil": Int(place.rounded(.up))
    case "round_prefer_ceil": Int((place + 0.5).rounded(.down))
    default: Int((place - 0.5).rounded(.up))
    }
  }

  /// Keys's cubic convolution kernel.
  ///
  /// - Source: Keys, "Cubic convolution interpolation for digital image processing", 1981.
  private func kernel(_ distance: Double) -> Double {
    let (x, a) = (distance, cubic)
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }

  /// A tensor with an axis resampled.
  func applied(to tensor: Tensor, axis: Int, outputs: Int, scale: Double) -> Tensor {
    let (inputs, values) = (tensor.shape[axis], tensor.doubles)
    let inner = tensor.shape[(axis + 1)...].reduce(1, *)
    let outer = tensor.shape[..<axis].reduce(1, *)
    let taps = (0..<outputs).map {
      self.taps($0, inputs: inputs, outputs: outputs, scale: scale)
    }
    var result = Array(repeating: 0.0, count: outer * outputs * inner)
    for row in 0..<outer {
      for (output, taps) in taps.enumerated() {
        for (input, weight) in taps {
          let (source, target) = ((row * inputs + input) * inner, (row * outputs + output) * inner)
          for place in 0..<inner { result[target + place] += weight * values[source + place] }
        }
      }
    }
    var shape = tensor.shape
    shape[axis] = outputs
    return Tensor(shape, .double(result))
  }
}

extension Translation {
  /// `Resize`, of constants and where it leaves the size as it is.
  mutating func resized(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    let (sizes, scales) = try node.resizing(shape)
    if sizes == shape, scales.allSatisfy({ $0 == 1 }) { return [value] }
    guard case .constant(var tensor) = value else {
      throw node.failure(
        "the operator is not supported for values that depend on the image",
        expected: "a network that does not enlarge images")
    }
    let resampling = try node.resampling()
    for axis in shape.indices where sizes[axis] != shape[axis] || scales[axis] != 1 {
      var target = tensor.shape
      target[axis] = sizes[axis]
      // A cubic kernel has four taps.
      try allow(elementCount(target.isEmpty ? [] : target + [4]))
      tensor = resampling.applied(
        to: tensor, axis: axis, outputs: sizes[axis], scale: scales[axis])
    }
    return [.constant(tensor)]
  }
}

extension NodeReading {
  /// The extents that a resizing makes, and by what factors.
  fileprivate func resizing(_ shape: [Int]) throws(ONNXError) -> ([Int], [Double]) {
    // Before operator set 11 the factors were the second input.
    let place = operatorSet < 11 ? 1 : 2
    let factors = try optionalConstant(place, "scales")?.doubles ?? []
    let given = try optionalConstant(3, "sizes")?.integers ?? []
    let extents =
      given.isEmpty
      ? zip(shape, factors).map { (Double($0) * $1).rounded(.down) }
      : given.map { Double($0) }
    let limit = Double(StepList.elementLimit)
    guard node.attributes["axes"] == nil,
      given.isEmpty ? factors.count == shape.count : given.count == shape.count,
      !shape.contains(0), extents.allSatisfy({ (1...limit).contains($0) })
    else {
      throw failure("its sizes or scales do not fit", expected: "one for each axis")
    }
    let sizes = extents.map { Int($0) }
    return (
      sizes, given.isEmpty ? factors : zip(sizes, shape).map { Double($0) / Double($1) }
    )
  }

  /// How a resizing interpolates.
  fileprivate func resampling() throws(ONNXError) -> Resampling {
    let mode = try text("mode") ?? "nearest"
    let standard = operatorSet < 11 ? "asymmetric" : "half_pixel"
    let coordinates = try text("coordinate_transformation_mode") ?? standard
    let policy = try text("keep_aspect_ratio_policy") ?? "stretch"
    guard let kind = Resampling.Mode(rawValue: mode),
      let transformation = Resampling.Coordinates(rawValue: coordinates), policy == "stretch",
      try !flag("antialias")
    else {
      throw failure(
        "it resizes by \(mode) and \(coordinates)",
        expected: "nearest, linear or cubic, without antialiasing")
    }
    return Resampling(
      mode: kind, coordinates: transformation,
      rounding: try text("nearest_mode")
        ?? (operatorSet < 11 ? "floor" : "round_prefer_floor"),
      cubic: try number("cubic_coeff_a") ?? -0.75,
      excludesOutside: try flag("exclude_outside"))
  }
}
