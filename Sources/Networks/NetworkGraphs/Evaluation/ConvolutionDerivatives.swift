internal import OneDNN

/// A convolution or its adjoint with its gradients and, if these have tangents, with directions of its
/// weight.
struct ConvolutionDerivatives<Scalar: GraphScalar> {
  /// A convolution of some vectors with its derivatives, for the weight or for a direction of it.
  private struct Operator {
    let isTransposed: Bool
    /// What carries values, or back if it is the adjoint; nil if nobody needs it.
    let convolution: PreparedConvolutions<Scalar>.Shared<any GraphConvolution<Scalar>>?
    let derivative: PreparedConvolutions<Scalar>.Shared<any GraphConvolutionDerivative<Scalar>>

    func setWeights(_ weights: Numbers<Scalar>) throws {
      if let convolution, convolution.isNew {
        try unsafe convolution.operator.setWeights(weights.start)
      }
      if derivative.isNew { try unsafe derivative.operator.setWeights(weights.start) }
    }

    /// Carries values to results.
    func apply(_ values: Numbers<Scalar>, into results: Numbers<Scalar>) throws {
      try carry(values, into: results, reads: !isTransposed)
    }

    /// Carries gradients of results to those of values.
    func applyAdjoint(_ results: Numbers<Scalar>, into values: Numbers<Scalar>) throws {
      try carry(results, into: values, reads: isTransposed)
    }

    private func carry(
      _ source: Numbers<Scalar>, into target: Numbers<Scalar>, reads: Bool
    ) throws {
      if reads {
        guard let convolution else { preconditionFailure("a convolution that was not prepared") }
        try unsafe convolution.operator.correlate(source.start, into: target.start)
      } else {
        try unsafe derivative.operator.spread(source.start, into: target.start)
      }
    }

    /// The derivative of ⟨gradients, results of values⟩ with respect to the weight.
    func differentiate(
      _ values: Numbers<Scalar>, _ gradients: Numbers<Scalar>, into weights: Numbers<Scalar>
    ) throws {
      let (images, responses) = isTransposed ? (gradients, values) : (values, gradients)
      try unsafe derivative.operator.differentiate(
        images.start, responses.start, into: weights.start)
    }
  }

  private let source: Tensor<Scalar>
  private let output: Tensor<Scalar>
  private let gradients: BoundGradients<Scalar>
  private let scratch: Scratch<Scalar>
  private let weight: HeldParameter<Scalar>
  private let plain: Operator
  /// One for each direction of the weight, of one vector.
  private let moved: [Operator]
  /// The vectors whose gradients are computed at a time: all of them if nothing lies between them.
  private let batch: Int
  private let weightCount: Int

  /// Prepares the derivatives of a convolution of this shape, or of its adjoint.
  init(
    _ source: Tensor<Scalar>, _ output: Tensor<Scalar>, _ weight: ParameterBinding,
    _ shape: ImageConvolutionShape, isTransposed: Bool, _ gradients: BoundGradients<Scalar>,
    _ scratch: Scratch<Scalar>
  ) throws {
    (self.source, self.output, self.gradients, self.scratch) = (source, output, gradients, scratch)
    self.weight = HeldParameter(weight, count: weight.shape.count, gradients)
    weightCount = shape.weightCount
    batch = output.vectors == 1 ? output.images : 1
    func make(_ images: Int, vector: Int) throws -> Operator {
      var shape = shape
      shape.images = images
      let key = PreparedConvolutions<Scalar>.Key(
        shape: shape, weight: weight.id, vector: vector, scale: [])
      return Operator(
        isTransposed: isTransposed,
        convolution: isTransposed || vector > 0
          ? try scratch.convolutions.convolution(key) : nil,
        derivative: try scratch.convolutions.derivative(key))
    }
    plain = try make(batch, vector: 0)
    moved = try (1..<max(1, gradients.vectors)).map { try make(1, vector: $0) }
    scratch.reserve(max(batch * source.dimension, weightCount, output.dimension))
  }

  /// The kernel.
  ///
  /// - Parameters:
  ///   - setWeights: takes over the weight for `forward`.
  ///   - forward: carries all vectors with the weight.
  ///   - forwardChunk: carries a chunk of them.
  func kernel(
    setWeights: @escaping (Numbers<Scalar>) throws -> Void,
    forward: @escaping () throws -> Void, forwardChunk: @escaping (Int) throws -> Void
  ) -> Kernel {
    Kernel(
      load: { parameters, vector in
        weight.load(parameters, vector)
        let numbers = weight.vector(vector)
        if vector == 0 {
          try setWeights(numbers)
          try plain.setWeights(numbers)
        } else {
          try moved[vector - 1].setWeights(numbers)
        }
      },
      forward: {
        try forward()
        guard !moved.isEmpty else { return }
        for image in 0..<output.images {
          let part = scratch.numbers(output.dimension)
          for (place, direction) in moved.enumerated() {
            try direction.apply(source.value(ofImage: image), into: part)
            let result = output.vector(place + 1, ofImage: image)
            result.set(result, part) { $0 + $1 }
          }
        }
      },
      forwardChunk: forwardChunk,
      backward: {
        let (to, from) = (gradients.value(0), gradients.output)
        for image in stride(from: 0, to: output.images, by: batch) {
          for vector in 0..<gradients.vectors {
            let responses = from.vector(vector, ofImage: image)
            let own = to.vector(vector, ofImage: image)
            try addAdjoint(
              plain, responses, to: own, vectors: batch, isFirst: gradients.isFirst[0])
            try differentiate(source.vector(0, ofImage: image), responses, vector)
            guard vector > 0 else { continue }
            let value = from.value(ofImage: image)
            try addAdjoint(moved[vector - 1], value, to: own, vectors: 1)
            try differentiate(source.vector(vector, ofImage: image), value, vector)
          }
        }
      })
  }

  /// Adds the adjoint of an operator of some vectors, of which the first is given; sets it if nothing
  /// was added before.
  private func addAdjoint(
    _ operator: Operator, _ responses: Numbers<Scalar>, to own: Numbers<Scalar>, vectors: Int,
    isFirst: Bool = false
  ) throws {
    guard gradients.wants(0) else { return }
    guard !isFirst else {
      try `operator`.applyAdjoint(responses, into: own)
      return
    }
    let part = scratch.numbers(vectors * source.dimension)
    try `operator`.applyAdjoint(responses, into: part)
    let values = unsafe Numbers(own.start, count: part.count)
    values.set(values, part) { $0 + $1 }
  }

  /// Adds to the gradient of the weight, or to a tangent of it.
  private func differentiate(
    _ values: Numbers<Scalar>, _ responses: Numbers<Scalar>, _ vector: Int
  ) throws {
    guard gradients.state.wantsParameters else { return }
    let part = scratch.numbers(weightCount)
    try plain.differentiate(values, responses, into: part)
    let own = gradients.parameter(1, vector)
    own.set(own, part) { $0 + $1 }
  }
}
