internal import Architectures
internal import NetworkGraphs

extension NetworkBuilder {
  /// A convolution with a square kernel, which the following representations have their channels from.
  ///
  /// - Parameters:
  ///   - value: [1, channels, height, width].
  ///   - name: the name of the operation and the first part of its parameters' names.
  ///   - width: the output channels.
  ///   - padding: half the kernel if nil.
  ///   - hasBias: whether a bias is added.
  ///   - scale: what He's start of the weight is multiplied by.
  ///   - start: how the weight starts; He's if nil.
  mutating func convolved(
    _ value: ValueID, _ name: String, width: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    padding: Int? = nil, hasBias: Bool, scale: Double = 1, start: NetworkParameter.Start? = nil
  ) -> ValueID {
    let inputs = graph[value].shape[1]
    let weight = parameter(
      "\(name).weight", [width, inputs / groups, kernel, kernel], .weight,
      start ?? .he(fanIn: inputs / groups * kernel * kernel, scale: scale))
    var operands = [Operand.value(value), .parameter(weight)]
    if hasBias {
      operands.append(.parameter(parameter("\(name).bias", [width], .bias, .bias)))
    }
    weighted = .init(width: width, inputWidth: inputs, kernel: kernel, stride: stride)
    let window = Window(square: kernel, stride: stride, padding: padding ?? kernel / 2)
    return add(Convolution(window, groups: groups), operands, name: name)
  }

  /// A linear layer on the last axis, with a bias.
  mutating func multiplied(
    _ value: ValueID, _ name: String, width: Int, start: NetworkParameter.Start? = nil
  ) -> ValueID {
    let sides = graph[value].shape.sides
    let inputs = sides[sides.count - 1]
    let weight = parameter(
      "\(name).weight", [width, inputs], .weight, start ?? .he(fanIn: inputs))
    let bias = parameter("\(name).bias", [width], .bias, .bias)
    weighted = .init(width: width, inputWidth: inputs)
    return add(
      Linear(), [.value(value), .parameter(weight), .parameter(bias)], name: name)
  }

  /// A value behind an activation.
  mutating func activated(
    _ value: ValueID, _ function: ActivationFunction, name: String
  ) -> ValueID {
    if let function = function.function { return add(Activation(function), of: value, name: name) }
    let slope = parameter("\(name).slope", [1], .scale, .constant(0.25))
    return add(ParametricReLU(), [.value(value), .parameter(slope)], name: name)
  }

  /// An image that is pooled between stages.
  mutating func pooled(
    _ value: ValueID, _ pooling: Pooling, by stride: Int, name: String
  ) -> ValueID {
    guard stride > 1 else { return value }
    let window = Window(square: stride, stride: stride)
    switch pooling {
    case .stride: return value
    case .max: return add(MaxPool(window), of: value, name: name)
    case .average: return add(AveragePool(window), of: value, name: name)
    }
  }

  /// An image with every stride-th pixel and more channels: zeros, half of them before, half behind.
  mutating func padded(_ value: ValueID, to width: Int, stride: Int, name: String) -> ValueID {
    let shape = graph[value].shape
    let (more, height, side) = (width - shape[1], shape[2], shape[3])
    let taken =
      stride == 1
      ? value
      : add(
        Slice([
          .init(axis: 2, start: 0, end: height, step: stride),
          .init(axis: 3, start: 0, end: side, step: stride),
        ]), of: value, name: "\(name).pixels")
    guard more > 0 else { return taken }
    return add(
      Pad(before: [0, more / 2, 0, 0], after: [0, more - more / 2, 0, 0]), of: taken, name: name)
  }

  /// The means over pixels, [1, channels].
  mutating func mean(_ value: ValueID, name: String) -> ValueID {
    let mean = add(Reduction(globalAverageOfRank: 4), of: value, name: "\(name).mean")
    return add(Reshape([1, graph[value].shape[1]]), of: mean, name: name)
  }

  /// Makes a value a representation of the operator that was applied last.
  mutating func represent(_ value: ValueID, _ name: String, stage: Int = 0) {
    represent(
      value,
      RepresentationFacts(
        name: name, kind: RepresentationKind(of: value, in: graph), weighted: weighted,
        stage: stage))
  }
}
