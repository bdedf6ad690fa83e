internal import OpenBLAS

/// Attention of several heads: softmax(Q Kᵀ · factor) V for each.
///
/// Operands: queries [1, tokens, heads · d], keys [1, others, heads · d], and values [1, others, heads
/// · e], the channels of a head together. The result is [1, tokens, heads · e]. Memory for weights is
/// that of one head of one image at a time.
public struct Attention: GraphOperation {
  /// The name of the kind.
  public static let name = "attention"
  /// The number of heads.
  public let heads: Int
  /// What products of queries and keys are multiplied by; 1/√d if nil.
  public let factor: Double?

  /// Describes attention.
  public init(heads: Int, factor: Double? = nil) {
    self.heads = heads
    self.factor = factor
  }

  /// Yes.
  public var isProduct: Bool { true }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard operands.count == 3, !operands.contains(where: \.isParameter) else {
      throw error("it is applied to queries, keys and values")
    }
    let (queries, keys, values) = (operands[0].shape, operands[1].shape, operands[2].shape)
    guard [queries, keys, values].allSatisfy({ $0.rank == 3 && $0[0] == 1 }), heads >= 1,
      queries[2] == keys[2], keys[1] == values[1], queries[2].isMultiple(of: heads),
      values[2].isMultiple(of: heads)
    else {
      throw error("\(heads) heads of \(queries), \(keys) and \(values) do not fit")
    }
    return [1, queries[1], values[2]]
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    let (queries, values) = (operands[0].shape, operands[2].shape)
    let weights = Double(queries[1] * values[1])
    // A tangent takes each of the two products twice.
    return OperationCost(
      flops: 4 * weights * Double(queries[2] + values[2]) + 5 * weights * Double(heads),
      numbers: operands.reduce(Double(output.count)) { $0 + Double($1.shape.count) })
  }
}

extension Attention: EvaluatedOperation {
  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (queries, keys, values) = (binding.value(0), binding.value(1), binding.value(2))
    let (output, scratch) = (binding.output, binding.scratch)
    let (tokens, others) = (queries.shape[1], keys.shape[1])
    let (width, valueWidth) = (queries.shape[2], values.shape[2])
    let (side, valueSide, heads) = (width / heads, valueWidth / heads, heads)
    let factor = Scalar(factor ?? 1 / Double(side).squareRoot())
    let count = tokens * others
    let isSecond = (binding.gradients?.vectors ?? 1) > 1
    scratch.reserve((isSecond ? 5 : 2) * count)
    /// Products of the queries and the keys of a head.
    func compare(
      _ a: Numbers<Scalar>, _ b: Numbers<Scalar>, head: Int, into c: Numbers<Scalar>, beta: Scalar
    ) throws {
      try unsafe Scalar.library.multiply(
        .none, .transpose, rows: tokens, columns: others, inner: side, alpha: factor,
        a.dropping(head * side).start, leadingOfA: width, b.dropping(head * side).start,
        leadingOfB: width, beta: beta, c.start, leadingOfC: others)
    }
    /// Sums of the values of a head with weights.
    func gather(
      _ weights: Numbers<Scalar>, _ b: Numbers<Scalar>, head: Int, into c: Numbers<Scalar>,
      beta: Scalar
    ) throws {
      try unsafe Scalar.library.multiply(
        .none, .none, rows: tokens, columns: valueSide, inner: others, alpha: 1, weights.start,
        leadingOfA: others, b.dropping(head * valueSide).start, leadingOfB: valueWidth, beta: beta,
        c.dropping(head * valueSide).start, leadingOfC: valueWidth)
    }
    /// Adds products of weights, or of their transposes, with the channels of a head.
    func add(
      _ weights: Numbers<Scalar>, isTransposed: Bool = false, alpha: Scalar, _ b: Numbers<Scalar>,
      to c: Numbers<Scalar>, head: Int, side: Int
    ) throws {
      try unsafe Scalar.library.multiply(
        isTransposed ? .transpose : .none, .none, rows: isTransposed ? others : tokens,
        columns: side, inner: isTransposed ? tokens : others, alpha: alpha, weights.start,
        leadingOfA: others, b.dropping(head * side).start, leadingOfB: heads * side, beta: 1,
        c.dropping(head * side).start, leadingOfC: heads * side)
    }
    /// Products of the gradient of a head and its values: the gradient of the weights.
    func compareValues(
      _ gradient: Numbers<Scalar>, _ v: Numbers<Scalar>, head: Int, into c: Numbers<Scalar>,
      beta: Scalar
    ) throws {
      try unsafe Scalar.library.multiply(
        .none, .transpose, rows: tokens, columns: others, inner: valueSide, alpha: 1,
        gradient.dropping(head * valueSide).start, leadingOfA: valueWidth,
        v.dropping(head * valueSide).start, leadingOfB: valueWidth, beta: beta, c.start,
        leadingOfC: others)
    }
    /// The derivative of the softmax of all rows.
    func push(_ moves: Numbers<Scalar>, at weights: Numbers<Scalar>) {
      for row in 0..<tokens {
        SoftmaxRow.push(
          moves.dropping(row * others), at: weights.dropping(row * others), count: others, step: 1)
      }
    }
    return Kernel(
      forward: {
        let room = scratch.numbers(2 * count)
        let (weights, moves) = (room.part(0, count), room.part(count, count))
        for image in 0..<output.images {
          let (q, k, v) = (
            queries.value(ofImage: image), keys.value(ofImage: image), values.value(ofImage: image)
          )
          for head in 0..<heads {
            try compare(q, k, head: head, into: weights, beta: 0)
            for row in 0..<tokens {
              SoftmaxRow.compute(weights.dropping(row * others), count: others, step: 1)
            }
            try gather(weights, v, head: head, into: output.value(ofImage: image), beta: 0)
            for vector in 1..<max(1, output.vectors) {
              let result = output.vector(vector, ofImage: image)
              try compare(
                queries.vector(vector, ofImage: image), k, head: head, into: moves, beta: 0)
              try compare(q, keys.vector(vector, ofImage: image), head: head, into: moves, beta: 1)
              for row in 0..<tokens {
                SoftmaxRow.push(
                  moves.dropping(row * others), at: weights.dropping(row * others), count: others,
                  step: 1)
              }
              try gather(moves, v, head: head, into: result, beta: 0)
              try gather(
                weights, values.vector(vector, ofImage: image), head: head, into: result, beta: 1)
            }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          let room = scratch.numbers((isSecond ? 5 : 2) * count)
          func block(_ place: Int) -> Numbers<Scalar> { room.part(place * count, count) }
          let (weights, moves) = (block(0), block(1))
          for image in 0..<output.images {
            let (q, k, v) = (
              queries.value(ofImage: image), keys.value(ofImage: image),
              values.value(ofImage: image)
            )
            let gradient = gradients.output.value(ofImage: image)
            for head in 0..<heads {
              try compare(q, k, head: head, into: weights, beta: 0)
              for row in 0..<tokens {
                SoftmaxRow.compute(weights.dropping(row * others), count: others, step: 1)
              }
              // The values: Pᵀ g. The weights: g Vᵀ, and from there to what the softmax is taken of.
              let (forQ, forK, forV) = (
                gradients.value(0).value(ofImage: image), gradients.value(1).value(ofImage: image),
                gradients.value(2).value(ofImage: image)
              )
              try add(
                weights, isTransposed: true, alpha: 1, gradient, to: forV, head: head,
                side: valueSide)
              try compareValues(gradient, v, head: head, into: moves, beta: 0)
              if isSecond { block(2).copy(moves) }
              push(moves, at: weights)
              try add(moves, alpha: factor, k, to: forQ, head: head, side: side)
              try add(
                moves, isTransposed: true, alpha: factor, q, to: forK, head: head, side: side)
              for vector in 1..<max(1, gradients.vectors) {
                let (plain, turn, second) = (block(2), block(3), block(4))
                let (dq, dk, dv) = (
                  queries.vector(vector, ofImage: image), keys.vector(vector, ofImage: image),
                  values.vector(vector, ofImage: image)
                )
                let change = gradients.output.vector(vector, ofImage: image)
                let (forQ, forK, forV) = (
                  gradients.value(0).vector(vector, ofImage: image),
                  gradients.value(1).vector(vector, ofImage: image),
                  gradients.value(2).vector(vector, ofImage: image)
                )
                // The tangent of the weights.
                try compare(dq, k, head: head, into: turn, beta: 0)
                try compare(q, dk, head: head, into: turn, beta: 1)
                push(turn, at: weights)
                try add(
                  weights, isTransposed: true, alpha: 1, change, to: forV, head: head,
                  side: valueSide)
                try add(
                  turn, isTransposed: true, alpha: 1, gradient, to: forV, head: head,
                  side: valueSide)
                // That of the gradient of the weights, and of what the softmax is taken of.
                try compareValues(change, v, head: head, into: second, beta: 0)
                try compareValues(gradient, dv, head: head, into: second, beta: 1)
                push(second, at: weights)
                for row in 0..<tokens {
                  SoftmaxRow.addSecond(
                    plain.dropping(row * others), at: weights.dropping(row * others),
                    along: turn.dropping(row * others), to: second.dropping(row * others),
                    count: others, step: 1)
                }
                try add(second, alpha: factor, k, to: forQ, head: head, side: side)
                try add(moves, alpha: factor, dk, to: forQ, head: head, side: side)
                try add(
                  second, isTransposed: true, alpha: factor, q, to: forK, head: head, side: side)
                try add(
                  moves, isTransposed: true, alpha: factor, dq, to: forK, head: head, side: side)
              }
            }
          }
        }
      })
  }
}
