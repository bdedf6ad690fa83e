internal import NetworkGraphs

extension Translation {
  /// The readers of operators that move elements, and of those that make shapes and constants.
  static let arrangementReaders: [String: Reader] = [
    "Identity": { _, node throws(ONNXError) in [try node.input(0)] },
    "Dropout": { _, node throws(ONNXError) in [try node.input(0)] },
    "Constant": { translation, node throws(ONNXError) in [.constant(try node.ownConstant())] },
    "ConstantOfShape": { translation, node throws(ONNXError) in try translation.filled(node) },
    "Shape": { translation, node throws(ONNXError) in
      let shape = try node.input(0).shape ?? []
      func place(_ name: String, _ standard: Int) throws(ONNXError) -> Int {
        guard let given = try node.integer(name) else { return standard }
        return min(max(given < 0 ? given + shape.count : given, 0), shape.count)
      }
      let (start, end) = (try place("start", 0), try place("end", shape.count))
      return [.constant(Tensor(integers: Array(shape[start..<max(start, end)])))]
    },
    "Size": { translation, node throws(ONNXError) in
      [.constant(Tensor([], .integer([elementCount(try node.input(0).shape ?? []) ?? 0])))]
    },
    "Range": { translation, node throws(ONNXError) in try translation.range(node) },
    "Reshape": { translation, node throws(ONNXError) in try translation.reshaped(node) },
    "Flatten": { translation, node throws(ONNXError) in
      let shape = try node.input(0).shape ?? []
      let given = try node.integer("axis") ?? 1
      guard (-shape.count...shape.count).contains(given) else {
        throw node.failure(
          "it names axis \(given) of \(shape.count)", expected: "an axis that there is")
      }
      let axis = given < 0 ? given + shape.count : given
      let flat = [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]
      return [try translation.arrange(try node.input(0), .reshape(flat))]
    },
    "Squeeze": { translation, node throws(ONNXError) in try translation.squeezed(node) },
    "Unsqueeze": { translation, node throws(ONNXError) in try translation.unsqueezed(node) },
    "Transpose": { translation, node throws(ONNXError) in
      let rank = try node.input(0).shape?.count ?? 0
      let order = try node.integers("perm") ?? Array((0..<rank).reversed())
      guard order.sorted() == Array(0..<rank) else {
        throw node.failure("its order of \(rank) axes is \(order)", expected: "each axis once")
      }
      return [try translation.arrange(try node.input(0), .transpose(order))]
    },
    "Expand": { translation, node throws(ONNXError) in
      let wanted = try node.integers(attribute: "shape", input: 1) ?? []
      let shape = try node.input(0).shape ?? []
      guard wanted.count <= 16, let both = broadcastShape(shape, wanted),
        let count = elementCount(both), count <= StepList.elementLimit
      else {
        throw node.failure(
          "it repeats \(NodeReading.text(shape)) to \(NodeReading.text(wanted))",
          expected: "a shape that it can be repeated to")
      }
      return [try translation.arrange(try node.input(0), .expand(both))]
    },
    "Slice": { translation, node throws(ONNXError) in try translation.sliced(node) },
    "Split": { translation, node throws(ONNXError) in try translation.split(node) },
    "Gather": { translation, node throws(ONNXError) in try translation.gathered(node) },
    "Concat": { translation, node throws(ONNXError) in try translation.concatenated(node) },
    "Pad": { translation, node throws(ONNXError) in try translation.padded(node) },
    "Resize": { translation, node throws(ONNXError) in try translation.resized(node) },
    "DepthToSpace": { translation, node throws(ONNXError) in try translation.depthToSpace(node) },
    "SpaceToDepth": { translation, node throws(ONNXError) in
      [try translation.add(SpaceToDepth(block: try node.blockSize()), try node.input(0))]
    },
  ]

  // MARK: Constants

  private mutating func filled(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let shape = try node.integers(attribute: "shape", input: 0) ?? []
    var value = Tensor([1], .double([0]))
    if let attribute = node.node.attributes["value"], case .tensor(let record) = attribute.value {
      value = try record.tensor(node.files)
    }
    guard value.count == 1 else {
      throw node.failure("its value has \(value.count) elements", expected: "one")
    }
    let count = shape.count <= 16 ? elementCount(shape) : nil
    try allow(count)
    return [.constant(value.reshaped([]).repeated(to: shape))]
  }

  private mutating func range(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let start = try node.constant(0, "start")
    let (first, limit, step) = (
      start.scalar, try node.constant(1, "limit").scalar, try node.constant(2, "step").scalar
    )
    guard let first, let limit, let step, step != 0, first.isFinite, limit.isFinite, step.isFinite
    else { throw node.failure("its start, limit or step is none", expected: "three numbers") }
    let count = max(0, ((limit - first) / step).rounded(.up))
    try allow(Int(exactly: count))
    let values = (0..<Int(count)).map { first + Double($0) * step }
    let isReal = start.isFloatingPoint
    return [
      .constant(
        Tensor(
          [values.count], isReal ? .double(values) : .integer(values.map { Int(exactly: $0) ?? 0 }))
      )
    ]
  }

  // MARK: Shapes

  private mutating func reshaped(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    var wanted = try node.integers(attribute: "shape", input: 1) ?? []
    let given = wanted
    func failure() -> ONNXError {
      node.failure(
        "it makes \(NodeReading.text(given)) of \(NodeReading.text(shape))",
        expected: "a shape with as many elements")
    }
    guard wanted.count <= 16 else { throw failure() }
    if try !node.flag("allowzero") {
      for axis in wanted.indices where wanted[axis] == 0 {
        guard axis < shape.count else { throw failure() }
        wanted[axis] = shape[axis]
      }
    }
    let count = elementCount(shape) ?? 0
    if let open = wanted.firstIndex(of: -1) {
      wanted[open] = 1
      guard let others = elementCount(wanted), others > 0, count.isMultiple(of: others) else {
        throw failure()
      }
      wanted[open] = count / others
    }
    guard elementCount(wanted) == count else { throw failure() }
    return [try arrange(value, .reshape(wanted))]
  }

  private mutating func squeezed(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    var axes = shape.indices.filter { shape[$0] == 1 }
    if let given = try node.integers(attribute: "axes", input: 1) {
      axes = try node.axes(given, of: shape.count)
    }
    guard axes.allSatisfy({ shape[$0] == 1 }) else {
      throw node.failure(
        "it removes axes \(axes) of \(NodeReading.text(shape))", expected: "axes of extent 1")
    }
    let wanted = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    return [try arrange(value, .reshape(wanted))]
  }

  private mutating func unsqueezed(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    guard let given = try node.integers(attribute: "axes", input: 1), given.count <= 16 else {
      throw node.failure("its axes are left out", expected: "the places of new axes")
    }
    var wanted = shape
    // In ascending order each new axis is at its place in the end.
    for axis in try node.axes(given, of: shape.count + given.count) { wanted.insert(1, at: axis) }
    return [try arrange(value, .reshape(wanted))]
  }

  // MARK: Parts

  private mutating func sliced(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    guard let starts = try node.integers(attribute: "starts", input: 1),
      let ends = try node.integers(attribute: "ends", input: 2), starts.count == ends.count
    else {
      throw node.failure("its starts and ends do not fit", expected: "one of each for an axis")
    }
    let given = try node.integers(attribute: "axes", input: 3) ?? Array(starts.indices)
    let steps = try node.integers(attribute: "steps", input: 4) ?? starts.map { _ in 1 }
    guard given.count == starts.count, steps.count == starts.count,
      try node.axes(given, of: shape.count).count == given.count
    else { throw node.failure("its axes or steps do not fit", expected: "one for each start") }
    var parts = shape.map(Arrangement.Part.init(all:))
    for (index, axis) in given.enumerated() {
      let axis = try node.axis(axis, of: shape.count)
      guard steps[index] != 0, steps[index] != .min else {
        throw node.failure("its step is \(steps[index])", expected: "a step that is not 0")
      }
      parts[axis] = Arrangement.Part(
        of: shape[axis], from: starts[index], to: ends[index], step: steps[index])
    }
    return [try arrange(value, .slice(parts))]
  }

  private mutating func split(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    let axis = try node.axis(try node.integer("axis") ?? 0, of: shape.count)
    let count = node.node.outputs.count
    var sizes: [Int]
    if let given = try node.integers(attribute: "split", input: 1) {
      sizes = given
    } else {
      // Equal parts; the last one may be smaller.
      let size = (shape[axis] + count - 1) / count
      sizes = (0..<count).map { min(size, shape[axis] - min($0 * size, shape[axis])) }
    }
    guard sizes.count == count, sizes.allSatisfy({ (0...shape[axis]).contains($0) }),
      sizes.reduce(0, +) == shape[axis]
    else {
      throw node.failure(
        "it makes \(count) parts \(sizes) of \(shape[axis])", expected: "parts that fill the axis")
    }
    var start = 0
    var outputs: [KnownValue] = []
    for size in sizes {
      var parts = shape.map(Arrangement.Part.init(all:))
      parts[axis] = Arrangement.Part(start: start, step: 1, count: size)
      outputs.append(try arrange(value, .slice(parts)))
      start += size
    }
    return outputs
  }

  private mutating func gathered(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let value = try node.input(0)
    let shape = value.shape ?? []
    let axis = try node.axis(try node.integer("axis") ?? 0, of: shape.count)
    let table = try node.constant(1, "indices")
    guard let given = table.integers else {
      throw node.failure("its indices are no integers", expected: "integers")
    }
    var indices: [Int] = []
    for index in given {
      guard (-shape[axis]..<shape[axis]).contains(index) else {
        throw node.failure(
          "it takes index \(index) of \(shape[axis])", expected: "one that there is")
      }
      indices.append(index < 0 ? index + shape[axis] : index)
    }
    let wanted = shape[..<axis] + table.shape + shape[(axis + 1)...]
    guard wanted.count <= 16 else {
      throw node.failure("its result has \(wanted.count) axes", expected: "at most 16")
    }
    // Before the table of an axis is made: few indices of a large value may be many elements.
    guard let count = elementCount(wanted), count <= StepList.elementLimit else {
      throw node.failure("its result has too many elements", expected: "fewer than 2³¹")
    }
    let selected = try arrange(value, .select(axis: axis, indices))
    return [try arrange(selected, .reshape(Array(wanted)))]
  }

  private mutating func concatenated(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    var values: [KnownValue] = []
    for index in node.inputs.indices { values.append(try node.input(index)) }
    let rank = values.first?.shape?.count ?? 0
    let axis = try node.axis(try node.integer("axis") ?? 1, of: rank)
    var shape = values.first?.shape ?? []
    shape[axis] = 0
    for value in values {
      let other = value.shape ?? []
      guard other.count == rank,
        other.indices.allSatisfy({ $0 == axis || other[$0] == shape[$0] })
      else {
        throw node.failure(
          "its inputs have the shapes \(values.map { NodeReading.text($0.shape ?? []) })",
          expected: "shapes that are equal but for axis \(axis)")
      }
      shape[axis] += other[axis]
    }
    guard let count = elementCount(shape), count <= StepList.elementLimit else {
      throw node.failure("its result has too many elements", expected: "fewer than 2³¹")
    }
    let tensors = values.compactMap { if case .constant(let tensor) = $0 { tensor } else { nil } }
    if tensors.count == values.count {
      try allow(count)
      return [.constant(Tensor(concatenating: tensors, axis: axis, shape: shape))]
    }
    // What is empty adds nothing, and a step has elements.
    values.removeAll { $0.shape?.contains(0) ?? true }
    if values.count == 1 { return values }
    return [try add(Concatenation(axis: axis), values)]
  }

  private mutating func padded(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    var value = try node.input(0)
    var shape = value.shape ?? []
    let rank = shape.count
    let given = try node.integers(attribute: "pads", input: 1) ?? []
    var axes = Array(0..<rank)
    if let tensor = try node.optionalConstant(3, "axes") {
      axes = []
      for axis in tensor.integers ?? [] { axes.append(try node.axis(axis, of: rank)) }
    }
    let limit = StepList.elementLimit
    guard given.count == 2 * axes.count, Set(axes).count == axes.count,
      given.allSatisfy({ (-limit...limit).contains($0) })
    else {
      throw node.failure(
        "it has \(given.count) pads", expected: "two for each of \(axes.count) axes")
    }
    var (before, after) = (shape.map { _ in 0 }, shape.map { _ in 0 })
    for (index, axis) in axes.enumerated() {
      (before[axis], after[axis]) = (given[index], given[axes.count + index])
    }
    // Negative pads cut.
    let parts = shape.indices.map { axis in
      let start = max(0, -before[axis])
      return Arrangement.Part(
        start: start, step: 1, count: max(0, shape[axis] - start - max(0, -after[axis])))
    }
    value = try arrange(value, .slice(parts))
    shape = value.shape ?? []
    (before, after) = (before.map { max(0, $0) }, after.map { max(0, $0) })
    let mode = try node.text("mode") ?? "constant"
    guard mode == "constant" else {
      for axis in shape.indices where before[axis] + after[axis] > 0 {
        let places = try node.reflected(shape[axis], before[axis], after[axis], mode: mode)
        value = try arrange(value, .select(axis: axis, places))
      }
      return [value]
    }
    let number = try node.number(attribute: "value", input: 2) ?? 0
    let wanted = shape.indices.map { shape[$0] + before[$0] + after[$0] }
    guard wanted != shape else { return [value] }
    guard case .constant(let tensor) = value else {
      return [try add(Pad(before: before, after: after, constant: number), value)]
    }
    try allow(elementCount(wanted))
    return [.constant(tensor.padded(before, wanted, value: number))]
  }

  // MARK: Blocks

  private mutating func depthToSpace(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let mode = try node.text("mode") ?? "DCR"
    guard mode == "DCR" || mode == "CRD" else {
      throw node.failure("its mode is \(mode)", expected: "DCR or CRD")
    }
    let (block, value) = (try node.blockSize(), try node.input(0))
    return [try add(DepthToSpace(block: block, isChannelFirst: mode == "CRD"), value)]
  }
}

extension NodeReading {
  /// The places of an axis that is continued before its first element and behind its last one.
  fileprivate func reflected(
    _ extent: Int, _ before: Int, _ after: Int, mode: String
  ) throws(ONNXError) -> [Int] {
    guard ["edge", "reflect", "wrap"].contains(mode) else {
      throw failure("its mode is \(mode)", expected: "constant, edge, reflect or wrap")
    }
    let longest = mode == "reflect" ? extent - 1 : extent
    guard extent > 0, mode == "edge" || max(before, after) <= longest,
      extent + before + after <= StepList.elementLimit
    else {
      throw failure("it continues \(extent) elements by \(before) and \(after)", expected: "fewer")
    }
    return (-before..<extent + after).map { place in
      switch mode {
      case "edge": min(max(place, 0), extent - 1)
      case "wrap": (place + extent) % extent
      default: place < 0 ? -place : place < extent ? place : 2 * (extent - 1) - place
      }
    }
  }

  /// The side of the squares that pixels are taken together in.
  fileprivate func blockSize() throws(ONNXError) -> Int {
    guard let size = try integer("blocksize"), (1...65_536).contains(size) else {
      throw failure("its blocksize is left out or too large", expected: "a number of pixels")
    }
    return size
  }

  /// The value of a `Constant` node.
  fileprivate func ownConstant() throws(ONNXError) -> Tensor {
    for attribute in node.attributes.values {
      switch (attribute.name, attribute.value) {
      case ("value", .tensor(let record)): return try record.tensor(files)
      case ("value_float", .float(let value)): return Tensor([], .single([value]))
      case ("value_floats", .floats(let values)): return Tensor([values.count], .single(values))
      case ("value_int", .integer(let value)): return Tensor([], .integer([value]))
      case ("value_ints", .integers(let values)): return Tensor(integers: values)
      default: continue
      }
    }
    throw failure("it holds no numbers", expected: "a tensor, a number or a list of numbers")
  }
}

extension Arrangement.Part {
  /// The elements of an axis from one place to before another one, as ONNX counts: negative places from
  /// the end, and what lies outside is cut.
  ///
  /// - Precondition: the step is neither 0 nor the least integer.
  init(of extent: Int, from start: Int, to end: Int, step: Int) {
    func place(_ place: Int, in range: ClosedRange<Int>) -> Int {
      min(max(place < 0 ? place &+ extent : place, range.lowerBound), range.upperBound)
    }
    let (first, count): (Int, Int)
    if extent == 0 {
      (first, count) = (0, 0)
    } else if step > 0 {
      first = place(start, in: 0...extent)
      let distance = place(end, in: 0...extent) - first
      count = distance <= 0 ? 0 : (distance - 1) / step + 1
    } else {
      first = place(start, in: 0...extent - 1)
      let distance = first - place(end, in: -1...extent - 1)
      count = distance <= 0 ? 0 : (distance - 1) / -step + 1
    }
    // Steps beyond the axis are taken at most once.
    self.init(start: count == 0 ? 0 : first, step: count > 1 ? step : 1, count: count)
  }
}

extension Tensor {
  /// The tensor inside a larger one that is filled with a value.
  fileprivate func padded(_ before: [Int], _ wanted: [Int], value: Double) -> Tensor {
    let whole = View(rowMajor: wanted)
    var inner = View(offset: 0, shape: shape, strides: whole.strides)
    inner.offset = zip(before, whole.strides).reduce(0) { $0 + $1.0 * $1.1 }
    if let own = integers {
      var result = Array(repeating: Int(exactly: value) ?? 0, count: whole.count)
      for (place, element) in zip(inner.places, own) { result[place] = element }
      return Tensor(wanted, .integer(result))
    }
    var result = Array(repeating: value, count: whole.count)
    for (place, element) in zip(inner.places, doubles) { result[place] = element }
    return Tensor(wanted, .double(result))
  }

  /// Tensors behind each other along an axis.
  fileprivate init(concatenating tensors: [Tensor], axis: Int, shape: [Int]) {
    func joined<Element>(_ lists: [[Element]]) -> [Element] {
      let outer = shape[..<axis].reduce(1, *)
      var result: [Element] = []
      result.reserveCapacity(lists.reduce(0) { $0 + $1.count })
      for row in 0..<outer {
        for list in lists {
          let width = list.count / outer
          result += list[row * width..<(row + 1) * width]
        }
      }
      return result
    }
    let integers = tensors.compactMap(\.integers)
    if integers.count == tensors.count {
      self.init(shape, .integer(joined(integers)))
    } else {
      self.init(shape, .double(joined(tensors.map(\.doubles))))
    }
  }
}
