internal import Architectures
internal import NetworkGraphs

extension NetworkBuilder {
  /// A value normalised as an architecture says; the value itself if it is not.
  ///
  /// - Parameters:
  ///   - value: [1, channels, height, width].
  ///   - architecture: the architecture.
  ///   - name: the name of the normalisation and the first part of its parameters' names.
  ///   - scale: what γ starts from.
  mutating func normalized(
    _ value: ValueID, _ architecture: Architecture, name: String, scale: Double = 1
  ) -> ValueID {
    switch architecture.normalization {
    case .none: value
    case .batch: batchNormalized(value, name: name, scale: scale)
    case .layer: pixelNormalized(value, name: name, epsilon: 1e-5, scale: scale)
    case .group:
      groupNormalized(
        value, groups: architecture.normGroups(channels: graph[value].shape[1]), name: name,
        scale: scale)
    }
  }

  /// Batch normalisation as torch starts it: mean 0, variance 1.
  mutating func batchNormalized(
    _ value: ValueID, name: String, epsilon: Double = 1e-5, scale start: Double = 1
  ) -> ValueID {
    let shape: Shape = [graph[value].shape[1]]
    let (scale, shift) = affine(name, shape, start)
    let mean = parameter("\(name).running_mean", shape, .statistic, .constant(0))
    let variance = parameter("\(name).running_var", shape, .statistic, .constant(1))
    return add(
      BatchNormalization(epsilon: epsilon),
      [
        .value(value), .parameter(scale), .parameter(shift), .parameter(mean),
        .parameter(variance),
      ], name: name)
  }

  private mutating func groupNormalized(
    _ value: ValueID, groups: Int, name: String, scale start: Double
  ) -> ValueID {
    let (scale, shift) = affine(name, [graph[value].shape[1]], start)
    return add(
      GroupNormalization(groups: groups), [.value(value), .parameter(scale), .parameter(shift)],
      name: name)
  }

  /// Layer normalisation over the channels of each pixel.
  mutating func pixelNormalized(
    _ value: ValueID, name: String, epsilon: Double, scale: Double = 1
  ) -> ValueID {
    let last = add(Transpose([0, 2, 3, 1]), of: value, name: "\(name).pixels")
    let normalized = tokenNormalized(last, name: name, epsilon: epsilon, scale: scale)
    return add(Transpose([0, 3, 1, 2]), of: normalized, name: "\(name).channels")
  }

  /// Layer normalisation over the last axis.
  mutating func tokenNormalized(
    _ value: ValueID, name: String, epsilon: Double, scale start: Double = 1
  ) -> ValueID {
    let sides = graph[value].shape.sides
    let (scale, shift) = affine(name, [sides[sides.count - 1]], start)
    return add(
      LayerNormalization(epsilon: epsilon),
      [.value(value), .parameter(scale), .parameter(shift)], name: name)
  }

  private mutating func affine(
    _ name: String, _ shape: Shape, _ scale: Double
  ) -> (ParameterID, ParameterID) {
    (
      parameter("\(name).weight", shape, .scale, .constant(scale)),
      parameter("\(name).bias", shape, .bias, .constant(0))
    )
  }
}
