internal import OpenBLAS

/// Products of matrices, the last two axes, with the axes before them repeated along sides of 1:
/// torch's `matmul` of two computed values, or of a value and a parameter on either side.
///
/// Operands: the left factors [1, …, rows, inner], and the right ones [1, …, inner, columns]. A product
/// of one matrix's rows with a constant is faster as `Linear`.
public struct MatrixMultiplication: GraphOperation {
  /// The name of the kind.
  public static let name = "matmul"
  /// Whether the left factors are given as [inner, rows].
  public let transposesLeft: Bool
  /// Whether the right factors are given as [columns, inner].
  public let transposesRight: Bool
  /// What products are multiplied by.
  public let factor: Double

  /// Describes products.
  public init(transposesLeft: Bool = false, transposesRight: Bool = false, factor: Double = 1) {
    self.transposesLeft = transposesLeft
    self.transposesRight = transposesRight
    self.factor = factor
  }

  /// Yes.
  public var isProduct: Bool { true }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard operands.count == 2 else { throw error("it is applied to two operands") }
    let (left, right) = (operands[0].shape, operands[1].shape)
    guard left.rank >= 2, right.rank >= 2,
      sides(left, right).inner == sides(left, right).rightInner,
      let outer = Shape.broadcast([Shape(left.sides.dropLast(2)), Shape(right.sides.dropLast(2))])
    else { throw error("the factors \(left) and \(right) do not fit") }
    return Shape(outer.sides + [sides(left, right).rows, sides(left, right).columns])
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    let inner = sides(operands[0].shape, operands[1].shape).inner
    var cost = OperationCost(flops: 2 * Double(output.count) * Double(inner))
    for operand in operands {
      if operand.isParameter {
        cost.parameters += Double(operand.shape.count)
      } else {
        cost.numbers += Double(operand.shape.count)
      }
    }
    // A tangent of a product of two values is the sum of two products.
    if !operands.contains(where: \.isParameter) { cost.flops *= 2 }
    cost.numbers += Double(output.count)
    return cost
  }

  private func sides(
    _ left: Shape, _ right: Shape
  ) -> (rows: Int, inner: Int, rightInner: Int, columns: Int) {
    let (l, r) = (left.rank, right.rank)
    let (rows, inner) = transposesLeft ? (left[l - 1], left[l - 2]) : (left[l - 2], left[l - 1])
    let (rightInner, columns) =
      transposesRight ? (right[r - 1], right[r - 2]) : (right[r - 2], right[r - 1])
    return (rows, inner, rightInner, columns)
  }
}

extension MatrixMultiplication: EvaluatedOperation {
  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let output = binding.output
    let (left, right) = (
      Factor(binding.operands[0], binding.gradients), Factor(binding.operands[1], binding.gradients)
    )
    let (rows, inner, _, columns) = sides(left.shape, right.shape)
    let outer = Shape(output.shape.sides.dropLast(2))
    let lefts = left.places(of: outer)
    let rights = right.places(of: outer)
    let (transposesLeft, transposesRight) = (transposesLeft, transposesRight)
    let factor = Scalar(factor)
    /// All matrices of one vector.
    func multiply(
      _ a: Numbers<Scalar>, _ b: Numbers<Scalar>, into c: Numbers<Scalar>, beta: Scalar
    ) throws {
      for place in lefts.indices {
        try unsafe Scalar.library.multiply(
          transposesLeft ? .transpose : .none, transposesRight ? .transpose : .none, rows: rows,
          columns: columns, inner: inner, alpha: factor, a.dropping(lefts[place]).start,
          leadingOfA: transposesLeft ? rows : inner, b.dropping(rights[place]).start,
          leadingOfB: transposesRight ? inner : columns, beta: beta,
          c.dropping(place * rows * columns).start, leadingOfC: columns)
      }
    }
    /// Adds g op(b)ᵀ, or its transpose, to the gradient of the left factors.
    func addLeft(
      _ gradient: Numbers<Scalar>, _ b: Numbers<Scalar>, to own: Numbers<Scalar>
    ) throws {
      for place in lefts.indices {
        let part = gradient.part(place * rows * columns, rows * columns)
        let (y, term) = (b.dropping(rights[place]), own.dropping(lefts[place]))
        if transposesLeft {
          try unsafe Scalar.library.multiply(
            transposesRight ? .transpose : .none, .transpose, rows: inner, columns: rows,
            inner: columns, alpha: factor, y.start,
            leadingOfA: transposesRight ? inner : columns, part.start, leadingOfB: columns,
            beta: 1, term.start, leadingOfC: rows)
        } else {
          try unsafe Scalar.library.multiply(
            .none, transposesRight ? .none : .transpose, rows: rows, columns: inner,
            inner: columns, alpha: factor, part.start, leadingOfA: columns, y.start,
            leadingOfB: transposesRight ? inner : columns, beta: 1, term.start, leadingOfC: inner)
        }
      }
    }
    /// Adds op(a)ᵀ g, or its transpose, to the gradient of the right factors.
    func addRight(
      _ gradient: Numbers<Scalar>, _ a: Numbers<Scalar>, to own: Numbers<Scalar>
    ) throws {
      for place in rights.indices {
        let part = gradient.part(place * rows * columns, rows * columns)
        let (x, term) = (a.dropping(lefts[place]), own.dropping(rights[place]))
        if transposesRight {
          try unsafe Scalar.library.multiply(
            .transpose, transposesLeft ? .transpose : .none, rows: columns, columns: inner,
            inner: rows, alpha: factor, part.start, leadingOfA: columns, x.start,
            leadingOfB: transposesLeft ? rows : inner, beta: 1, term.start, leadingOfC: inner)
        } else {
          try unsafe Scalar.library.multiply(
            transposesLeft ? .none : .transpose, .none, rows: inner, columns: columns,
            inner: rows, alpha: factor, x.start, leadingOfA: transposesLeft ? rows : inner,
            part.start, leadingOfB: columns, beta: 1, term.start, leadingOfC: columns)
        }
      }
    }
    return Kernel(
      load: { parameters, vector in
        left.load(parameters, vector)
        right.load(parameters, vector)
      },
      forward: {
        for image in 0..<output.images {
          let (a, b) = (left.vector(0, ofImage: image), right.vector(0, ofImage: image))
          try multiply(a, b, into: output.value(ofImage: image), beta: 0)
          for vector in 1..<max(1, output.vectors) {
            let result = output.vector(vector, ofImage: image)
            if left.has(vector) {
              try multiply(left.vector(vector, ofImage: image), b, into: result, beta: 0)
            }
            if right.has(vector) {
              try multiply(
                a, right.vector(vector, ofImage: image), into: result,
                beta: left.has(vector) ? 1 : 0)
            }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          for image in 0..<output.images {
            let (a, b) = (left.vector(0, ofImage: image), right.vector(0, ofImage: image))
            let plain = gradients.output.value(ofImage: image)
            for vector in 0..<gradients.vectors {
              let gradient = gradients.output.vector(vector, ofImage: image)
              let (forLeft, forRight) = (
                gradients.numbers(0, vector, ofImage: image),
                gradients.numbers(1, vector, ofImage: image)
              )
              try addLeft(gradient, b, to: forLeft)
              try addRight(gradient, a, to: forRight)
              guard vector > 0 else { continue }
              try addLeft(plain, right.vector(vector, ofImage: image), to: forLeft)
              try addRight(plain, left.vector(vector, ofImage: image), to: forRight)
            }
          }
        }
      })
  }
}

/// One side of products of matrices.
private struct Factor<Scalar: GraphScalar> {
  let shape: Shape
  private let tensor: Tensor<Scalar>?
  private let parameter: HeldParameter<Scalar>

  init(_ operand: BoundOperand<Scalar>, _ gradients: BoundGradients<Scalar>?) {
    switch operand {
    case .value(let value):
      (shape, tensor) = (value.shape, value)
      parameter = HeldParameter(nil, count: 0, gradients)
    case .parameter(let binding):
      (shape, tensor) = (binding.shape, nil)
      parameter = HeldParameter(binding, count: binding.shape.count, gradients)
    }
  }

  /// Where the matrix for each place along the outer axes begins.
  func places(of outer: Shape) -> [Int] {
    let matrix = shape.sides.suffix(2).reduce(1, *)
    let own = Shape(shape.sides.dropLast(2))
    let sides = own.padded(toRank: outer.rank)
    return (0..<outer.count).map { place in
      var (rest, found, stride) = (place, 0, matrix)
      for axis in outer.sides.indices.reversed() {
        if sides[axis] > 1 { found += rest % outer[axis] * stride }
        stride *= sides[axis]
        rest /= outer[axis]
      }
      return found
    }
  }

  func load(_ parameters: any ParameterSource, _ vector: Int) { parameter.load(parameters, vector) }

  /// Whether there is such a vector: parameters have tangents only if they have directions.
  func has(_ vector: Int) -> Bool { tensor != nil || vector < parameter.vectors }

  func vector(_ vector: Int, ofImage image: Int) -> Numbers<Scalar> {
    tensor?.vector(vector, ofImage: image) ?? parameter.vector(vector)
  }
}
