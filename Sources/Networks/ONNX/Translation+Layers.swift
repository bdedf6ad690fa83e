internal import NetworkGraphs

extension Translation {
  /// The readers of normalisations, of functions of one number, of reductions and of products.
  static let layerReaders: [String: Reader] = [
    "BatchNormalization": { translation, node throws(ONNXError) in
      try translation.batchNormalization(node)
    },
    "InstanceNormalization": { translation, node throws(ONNXError) in
      let channels = try translation.channels(node)
      return try translation.groupNormalization(node, groups: channels)
    },
    "GroupNormalization": { translation, node throws(ONNXError) in
      guard let groups = try node.integer("num_groups") else {
        throw node.failure("its num_groups are left out", expected: "a number")
      }
      return try translation.groupNormalization(node, groups: groups)
    },
    "LayerNormalization": { translation, node throws(ONNXError) in
      try translation.layerNormalization(node)
    },
    "LRN": { translation, node throws(ONNXError) in try translation.responseNormalization(node) },
    "Softmax": { translation, node throws(ONNXError) in try translation.softmax(node) },
    "ReduceMean": { translation, node throws(ONNXError) in try translation.reduced(.mean, node)
    },
    "ReduceSum": { translation, node throws(ONNXError) in try translation.reduced(.sum, node) },
    "MatMul": { translation, node throws(ONNXError) in
      [try translation.product(try node.input(0), try node.input(1), node)]
    },
    "Gemm": { translation, node throws(ONNXError) in try translation.gemm(node) },
    "Relu": { translation, node throws(ONNXError) in try translation.activated(.relu, node) },
    "LeakyRelu": { translation, node throws(ONNXError) in
      let slope = try node.number("alpha") ?? Double(0.01 as Float)
      return try translation.activated(.leakyReLU(slope: slope), node)
    },
    "PRelu": { translation, node throws(ONNXError) in try translation.parametricRelu(node) },
    "Clip": { translation, node throws(ONNXError) in
      let low = try node.number(attribute: "min", input: 1) ?? -.infinity
      let high = try node.number(attribute: "max", input: 2) ?? .infinity
      switch (low, high) {
      case (0, .infinity): return try translation.activated(.relu, node)
      case (-.infinity, .infinity): return [try node.input(0)]
      default:
        guard low <= high else {
          throw node.failure(
            "its bounds are \(low) and \(high)", expected: "a minimum below a maximum")
        }
        return try translation.activated(.clip(minimum: low, maximum: high), node)
      }
    },
    "Elu": { translation, node throws(ONNXError) in
      try translation.activated(.elu(alpha: try node.number("alpha") ?? 1), node)
    },
    "Sigmoid": { translation, node throws(ONNXError) in try translation.activated(.sigmoid, node) },
    "HardSigmoid": { translation, node throws(ONNXError) in
      let alpha = try node.number("alpha") ?? Double(0.2 as Float)
      return try translation.activated(
        .hardSigmoid(alpha: alpha, beta: try node.number("beta") ?? 0.5), node)
    },
    "HardSwish": { translation, node throws(ONNXError) in
      try translation.activated(.hardSwish, node)
    },
    "Softplus": { translation, node throws(ONNXError) in
      try translation.activated(.softplus, node)
    },
    "Tanh": { translation, node throws(ONNXError) in try translation.activated(.tanh, node) },
    "Erf": { translation, node throws(ONNXError) in try translation.activated(.erf, node) },
    "Exp": { translation, node throws(ONNXError) in
      try translation.activated(.exponential, node)
    },
    "Log": { translation, node throws(ONNXError) in try translation.activated(.logarithm, node) },
    "Sqrt": { translation, node throws(ONNXError) in
      try translation.activated(.squareRoot, node)
    },
    "Abs": { translation, node throws(ONNXError) in try translation.activated(.absolute, node) },
    "Reciprocal": { translation, node throws(ONNXError) in
      try translation.activated(.reciprocal, node)
    },
    "Mish": { translation, node throws(ONNXError) in try translation.activated(.mish, node) },
    "Gelu": { translation, node throws(ONNXError) in
      let kind = try node.text("approximate") ?? "none"
      guard kind == "none" || kind == "tanh" else {
        throw node.failure("it approximates by \(kind)", expected: "none or tanh")
      }
      return try translation.activated(kind == "none" ? .gelu : .geluTanh, node)
    },
  ]

  // MARK: Functions of one number

  mutating func activated(
    _ function: ScalarFunction, _ node: NodeReading
  ) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    guard case .constant(let tensor) = value else { return [try add(Activation(function), value)] }
    try allow(tensor.count)
    return [.constant(Tensor(tensor.shape, .double(tensor.doubles.map(function.callAsFunction))))]
  }

  private mutating func parametricRelu(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    var slope = try node.constant(1, "slope")
    // Some exporters give slopes of channels without the axes of pixels.
    if slope.shape.count == 1, shape.count > 2, slope.count == shape[1] {
      slope = slope.reshaped([slope.count] + shape[2...].map { _ in 1 })
    }
    guard slope.isFloatingPoint, broadcastShape(shape, slope.shape) == shape else {
      throw node.failure(
        "its slopes have the shape \(NodeReading.text(slope.shape))",
        expected: "one that can be repeated to \(NodeReading.text(shape))")
    }
    if let number = slope.scalar { return try activated(.leakyReLU(slope: number), node) }
    return [try add(ParametricReLU(), value, .constant(slope))]
  }

  private mutating func softmax(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    guard node.operatorSet < 13 else {
      let axis = try node.axis(try node.integer("axis") ?? -1, of: shape.count)
      return [try add(Softmax(axis: axis), value)]
    }
    // Before operator set 13 all axes from the given one on were taken together.
    let axis = try node.axis(try node.integer("axis") ?? 1, of: shape.count)
    let wide = shape.indices.filter { $0 >= axis && shape[$0] > 1 }
    if wide.count <= 1 { return [try add(Softmax(axis: wide.first ?? axis), value)] }
    let flat = [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]
    let result = try add(Softmax(axis: 1), try arrange(value, .reshape(flat)))
    return [try arrange(result, .reshape(shape))]
  }

  // MARK: Normalisations

  /// The number of channels of an input.
  private func channels(_ node: NodeReading) throws(ONNXError) -> Int {
    let shape = try node.input(0).shape ?? []
    guard shape.count >= 2, shape[0] == 1 else {
      throw node.failure(
        "its input has the shape \(NodeReading.text(shape))", expected: "(1, channels, …)")
    }
    return shape[1]
  }

  private mutating func batchNormalization(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let channels = try channels(node)
    guard try !node.flag("training_mode"), try node.flag("spatial", default: true) else {
      throw node.failure(
        "it normalises by the batch or by pixel", expected: "a network exported for evaluation")
    }
    func vector(_ index: Int, _ meaning: String) throws(ONNXError) -> Tensor {
      let tensor = try node.constant(index, meaning)
      guard tensor.count == channels, tensor.isFloatingPoint else {
        throw node.failure("its \(meaning) has \(tensor.count) elements", expected: "\(channels)")
      }
      return tensor.reshaped([channels])
    }
    let epsilon = try node.number("epsilon") ?? Double(1e-5 as Float)
    return [
      try add(
        BatchNormalization(epsilon: epsilon), try node.input(0), .constant(try vector(1, "scale")),
        .constant(try vector(2, "shift")), .constant(try vector(3, "mean")),
        .constant(try vector(4, "variance")))
    ]
  }

  private mutating func groupNormalization(
    _ node: NodeReading, groups: Int
  ) throws(ONNXError) -> [KnownValue] {
    let channels = try channels(node)
    guard groups > 0, groups <= channels, channels.isMultiple(of: groups) else {
      throw node.failure(
        "it has \(groups) groups of \(channels) channels", expected: "groups of one size")
    }
    func vector(_ index: Int, _ meaning: String) throws(ONNXError) -> Tensor {
      let tensor = try node.constant(index, meaning)
      if tensor.count == channels { return tensor.reshaped([channels]) }
      // Operator set 18 gives one number for each group.
      guard tensor.count == groups else {
        throw node.failure("its \(meaning) has \(tensor.count) elements", expected: "\(channels)")
      }
      return tensor.reshaped([groups, 1]).repeated(to: [groups, channels / groups])
        .reshaped([channels])
    }
    let epsilon = try node.number("epsilon") ?? Double(1e-5 as Float)
    return [
      try add(
        GroupNormalization(groups: groups, epsilon: epsilon), try node.input(0),
        .constant(try vector(1, "scale")), .constant(try vector(2, "bias")))
    ]
  }

  private mutating func layerNormalization(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    let axis = try node.axis(try node.integer("axis") ?? -1, of: shape.count)
    let wanted = Array(shape[axis...])
    var operands = [value]
    for (index, meaning) in [(1, "scale"), (2, "bias")] {
      guard let tensor = try node.optionalConstant(index, meaning) else { continue }
      guard tensor.shape.count <= wanted.count, tensor.isFloatingPoint,
        broadcastShape(tensor.shape, wanted) == wanted
      else {
        throw node.failure(
          "its \(meaning) has the shape \(NodeReading.text(tensor.shape))",
          expected: NodeReading.text(wanted))
      }
      operands.append(.constant(tensor.repeated(to: wanted)))
    }
    let epsilon = try node.number("epsilon") ?? Double(1e-5 as Float)
    return [try add(LayerNormalization(axis: axis, epsilon: epsilon), operands)]
  }

  private mutating func responseNormalization(
    _ node: NodeReading
  ) throws(ONNXError) -> [KnownValue] {
    let channels = try channels(node)
    guard let size = try node.integer("size"), size > 0, size <= 2 * channels + 1 else {
      throw node.failure(
        "its size is left out, or is none of \(channels) channels", expected: "a number of channels"
      )
    }
    return [
      try add(
        LocalResponseNormalization(
          size: size, alpha: try node.number("alpha") ?? Double(1e-4 as Float),
          beta: try node.number("beta") ?? 0.75, bias: try node.number("bias") ?? 1),
        try node.input(0))
    ]
  }

  // MARK: Reductions

  private mutating func reduced(
    _ kind: Reduction.Kind, _ node: NodeReading
  ) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    // From some operator set on the axes are an input.
    var axes = Array(shape.indices)
    if let given = try node.integers(attribute: "axes", input: 1), !given.isEmpty {
      axes = try node.axes(given, of: shape.count)
    } else if try node.flag("noop_with_empty_axes") {
      return [value]
    }
    let keepsAxes = try node.flag("keepdims", default: true)
    let reduced = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let output = keepsAxes ? reduced : shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    if case .constant(let tensor) = value {
      try allow(tensor.count)
      return [.constant(tensor.reduced(kind, axes, to: reduced).reshaped(output))]
    }
    // The mean over all pixels is a pooling.
    if kind == .mean, shape.count >= 3, axes == Array(2..<shape.count) {
      let pooled = try add(Reduction(globalAverageOfRank: shape.count), value)
      return [try arrange(pooled, .reshape(output))]
    }
    return [try add(Reduction(kind, axes: axes, keepsAxes: keepsAxes), value)]
  }

  // MARK: Products

  private mutating func gemm(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    for index in 0..<2 where try node.input(index).shape?.count != 2 {
      throw node.failure("its input \(index) has not two axes", expected: "a matrix")
    }
    let (alpha, beta) = (try node.number("alpha") ?? 1, try node.number("beta") ?? 1)
    var left = try node.input(0)
    if try node.flag("transA") { left = try arrange(left, .transpose([1, 0])) }
    var right = try node.input(1)
    var result: KnownValue
    if case .constant = right, try node.flag("transB") {
      // As torch has its weights.
      result = try add(Linear(), left, right)
    } else {
      if try node.flag("transB") { right = try arrange(right, .transpose([1, 0])) }
      result = try product(left, right, node)
    }
    result = try combined(.multiply, result, .constant(Tensor([], .double([alpha]))), node)
    guard node.has(2) else { return [result] }
    let term = try combined(
      .multiply, try node.input(2), .constant(Tensor([], .double([beta]))), node)
    let sum = try combined(.add, result, term, node)
    guard sum.shape == result.shape else {
      throw node.failure("its third input is too large", expected: "one that fits the product")
    }
    return [sum]
  }

  /// The product of two values, as `MatMul` has it.
  private mutating func product(
    _ left: KnownValue, _ right: KnownValue, _ node: NodeReading
  ) throws(ONNXError) -> KnownValue {
    var (first, second) = (left.shape ?? [], right.shape ?? [])
    // A vector is a row on the left and a column on the right; that axis goes again.
    let (isRow, isColumn) = (first.count == 1, second.count == 1)
    if isRow { first = [1] + first }
    if isColumn { second += [1] }
    guard first.count >= 2, second.count >= 2, first.last == second[second.count - 2],
      let outer = broadcastShape(Array(first.dropLast(2)), Array(second.dropLast(2)))
    else {
      throw node.failure(
        "it multiplies \(NodeReading.text(left.shape ?? [])) by "
          + NodeReading.text(right.shape ?? []),
        expected: "matrices that fit")
    }
    let (rows, columns) = (first[first.count - 2], second[second.count - 1])
    let left = try arrange(left, .reshape(first))
    let right = try arrange(right, .reshape(second))
    let result: KnownValue
    if case .constant(let matrix) = right, matrix.count == second[second.count - 2] * columns {
      let weight = matrix.reshaped([second[second.count - 2], columns])
      result = try add(Linear(isTransposed: true), left, .constant(weight))
    } else {
      result = try add(MatrixMultiplication(), left, right)
    }
    return try arrange(
      result, .reshape(outer + (isRow ? [] : [rows]) + (isColumn ? [] : [columns])))
  }
}

extension Tensor {
  /// A mean or a sum over axes, which stay as axes of one element.
  fileprivate func reduced(_ kind: Reduction.Kind, _ axes: [Int], to shape: [Int]) -> Tensor {
    var target = View(rowMajor: shape)
    for axis in axes { target.strides[axis] = 0 }
    target.shape = self.shape
    var sums = Array(repeating: 0.0, count: shape.reduce(1, *))
    for (place, value) in zip(target.places, doubles) { sums[place] += value }
    let size = axes.reduce(1.0) { $0 * Double(self.shape[$1]) }
    if kind == .mean { sums = sums.map { $0 / size } }
    guard isFloatingPoint else {
      return Tensor(shape, .integer(sums.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }))
    }
    return Tensor(shape, .double(sums))
  }
}
