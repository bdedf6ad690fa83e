internal import NetworkGraphs

extension Translation {
  /// The readers of operators whose kernels go over an image.
  static let windowReaders: [String: Reader] = [
    "Conv": { translation, node throws(ONNXError) in try translation.convolution(node) },
    "MaxPool": { translation, node throws(ONNXError) in
      try translation.pooled(node) { MaxPool($0, isCeil: $1) }
    },
    "AveragePool": { translation, node throws(ONNXError) in
      let countsPadding = try node.flag("count_include_pad")
      return try translation.pooled(node) {
        AveragePool($0, isCeil: $1, countsPadding: countsPadding)
      }
    },
    "GlobalAveragePool": { translation, node throws(ONNXError) in
      let (value, shape) = try node.image()
      return [try translation.add(Reduction(globalAverageOfRank: shape.count), value)]
    },
    "GlobalMaxPool": { translation, node throws(ONNXError) in
      let (value, shape) = try node.image()
      return [try translation.add(MaxPool(Window(kernel: Array(shape[2...]))), value)]
    },
  ]

  private mutating func convolution(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let (value, shape) = try node.image()
    let weight = try node.constant(1, "weight")
    let bias = try node.optionalConstant(2, "bias")
    let groups = try node.integer("group") ?? 1
    let kernels = weight.shape
    guard kernels.count == shape.count, kernels.allSatisfy({ $0 > 0 }), weight.isFloatingPoint,
      groups > 0, groups <= shape[1], shape[1].isMultiple(of: groups),
      kernels[0].isMultiple(of: groups), kernels[1] == shape[1] / groups
    else {
      throw node.failure(
        "its weight has the shape \(NodeReading.text(kernels)), with \(groups) groups for an input of "
          + NodeReading.text(shape),
        expected: "(outputs, channels of a group, kernel …)")
    }
    if let bias, bias.count != kernels[0] || !bias.isFloatingPoint {
      throw node.failure("its bias has \(bias.count) elements", expected: "\(kernels[0])")
    }
    let kernel = Array(kernels[2...])
    if let given = try node.integers("kernel_shape"), given != kernel {
      throw node.failure(
        "its kernel is \(given) and its weight's is \(kernel)", expected: "equal ones")
    }
    let window = try node.window(kernel: kernel, over: Array(shape[2...]))
    let operands = [value, .constant(weight)] + (bias.map { [.constant($0)] } ?? [])
    return [try add(Convolution(window, groups: groups), operands)]
  }

  private mutating func pooled(
    _ node: NodeReading, _ operation: (Window, _ isCeil: Bool) -> any GraphOperation
  ) throws(ONNXError) -> [KnownValue] {
    let (value, shape) = try node.image()
    guard let kernel = try node.integers("kernel_shape"), kernel.count == shape.count - 2 else {
      throw node.failure("its kernel_shape does not fit", expected: "one for each axis of pixels")
    }
    let isCeil = try node.flag("ceil_mode")
    let window = try node.window(kernel: kernel, over: Array(shape[2...]))
    for axis in kernel.indices
    where max(window.paddingBefore[axis], window.paddingAfter[axis]) >= window.reach(axis) {
      throw node.failure(
        "its pads reach as far as its kernel of \(kernel[axis])", expected: "smaller pads")
    }
    return [try add(operation(window, isCeil), value)]
  }
}

extension Window {
  /// How many elements of an axis the kernel reaches over.
  fileprivate func reach(_ axis: Int) -> Int { dilations[axis] * (kernel[axis] - 1) + 1 }
}

extension NodeReading {
  /// More than this no stride, kernel or padding is, so that products of them fit.
  private static let sizeLimit = 1 << 20

  /// The window that a node's attributes say.
  fileprivate func window(kernel: [Int], over extents: [Int]) throws(ONNXError) -> Window {
    func sizes(_ name: String) throws(ONNXError) -> [Int] {
      let given = try integers(name) ?? kernel.map { _ in 1 }
      guard given.count == kernel.count, given.allSatisfy({ (1...Self.sizeLimit).contains($0) })
      else {
        throw failure("its \(name) are \(given)", expected: "a positive number for each axis")
      }
      return given
    }
    guard kernel.allSatisfy({ (1...Self.sizeLimit).contains($0) }) else {
      throw failure("its kernel is \(kernel)", expected: "positive extents")
    }
    let (stride, dilation) = (try sizes("strides"), try sizes("dilations"))
    let pads = try integers("pads") ?? kernel.flatMap { _ in [0, 0] }
    guard pads.count == 2 * kernel.count, pads.allSatisfy({ (0...Self.sizeLimit).contains($0) })
    else {
      throw failure("its pads are \(pads)", expected: "two for each axis, which are not negative")
    }
    var (before, after) = (Array(pads[..<kernel.count]), Array(pads[kernel.count...]))
    let mode = try text("auto_pad") ?? "NOTSET"
    switch mode {
    case "NOTSET", "": break
    case "VALID": (before, after) = (kernel.map { _ in 0 }, kernel.map { _ in 0 })
    case "SAME_UPPER", "SAME_LOWER":
      for axis in kernel.indices {
        let outputs = (extents[axis] + stride[axis] - 1) / stride[axis]
        let reach = dilation[axis] * (kernel[axis] - 1) + 1
        let total = max(0, (outputs - 1) * stride[axis] + reach - extents[axis])
        before[axis] = mode == "SAME_UPPER" ? total / 2 : total - total / 2
        after[axis] = total - before[axis]
      }
    default:
      throw failure(
        "its auto_pad is \(mode)", expected: "NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    }
    for axis in kernel.indices {
      let (room, reach) = (
        extents[axis] + before[axis] + after[axis], dilation[axis] * (kernel[axis] - 1) + 1
      )
      guard reach <= room else {
        throw failure(
          "its kernel reaches over \(reach) of \(room) elements",
          expected: "a kernel inside the image and its padding")
      }
    }
    return Window(
      kernel: kernel, strides: stride, dilations: dilation, paddingBefore: before,
      paddingAfter: after)
  }

  /// An input with channels and with one or two axes of pixels, of a batch of one.
  fileprivate func image() throws(ONNXError) -> (KnownValue, [Int]) {
    let value = try input(0)
    let shape = value.shape ?? []
    guard (3...4).contains(shape.count), shape[0] == 1 else {
      throw failure(
        "its input has the shape \(Self.text(shape))",
        expected: "(1, channels, height, width) or (1, channels, length)")
    }
    return (value, shape)
  }
}
