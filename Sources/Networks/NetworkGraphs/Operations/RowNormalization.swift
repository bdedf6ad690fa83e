/// Rows that are centred, if wanted, and divided by their root mean square: what layer and rms
/// normalisation have in common.
struct RowNormalization {
  let epsilon: Double
  let isCentered: Bool

  /// A kernel for the rows of a value, the last `width` entries in memory, which are multiplied by
  /// operand 1 and shifted by operand 2, if there are any.
  func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>, width: Int) -> Kernel {
    let (source, output, scratch) = (binding.value(0), binding.output, binding.scratch)
    let rows = output.dimension / width
    let (scale, shift) = (binding.parameter(1), binding.parameter(2))
    let factors = HeldParameter(scale, count: width, constant: 1, binding.gradients)
    let terms = HeldParameter(shift, count: width, binding.gradients)
    // The normalised rows, and for each row what it was multiplied by; backwards some single rows.
    scratch.reserve(max(output.dimension + rows, 4 * width))
    let (epsilon, isCentered) = (Scalar(epsilon), isCentered)
    let share = 1 / Scalar(width)
    /// The mean that is taken off, if rows are centred.
    func drift(_ numbers: Numbers<Scalar>) -> Scalar { isCentered ? numbers.sum() * share : 0 }
    /// The mean of products.
    func slope(_ a: Numbers<Scalar>, _ b: Numbers<Scalar>) -> Scalar {
      a.sum { a[$0] * b[$0] } * share
    }
    /// Normalises a row, and returns what it was multiplied by.
    func normalize(_ numbers: Numbers<Scalar>, into unit: Numbers<Scalar>) -> Scalar {
      let mean = drift(numbers)
      unit.set(numbers) { $0 - mean }
      let factor = 1 / (slope(unit, unit) + epsilon).squareRoot()
      unit.set(unit) { $0 * factor }
      return factor
    }
    return Kernel(
      load: { parameters, vector in
        factors.load(parameters, vector)
        terms.load(parameters, vector)
      },
      forward: {
        let normal = scratch.numbers(output.dimension + rows)
        for image in 0..<output.images {
          let (value, result) = (source.value(ofImage: image), output.value(ofImage: image))
          for row in 0..<rows {
            let unit = normal.part(row * width, width)
            normal[rows * width + row] = normalize(value.part(row * width, width), into: unit)
            let target = result.part(row * width, width)
            target.set(unit, factors.vector(0)) { $0 * $1 }
            target.set(target, terms.vector(0)) { $0 + $1 }
          }
          for vector in 1..<max(1, output.vectors) {
            let tangent = source.vector(vector, ofImage: image)
            let result = output.vector(vector, ofImage: image)
            for row in 0..<rows {
              let numbers = tangent.part(row * width, width)
              let unit = normal.part(row * width, width)
              let factor = normal[rows * width + row]
              let (mean, slope) = (drift(numbers), slope(unit, numbers))
              let target = result.part(row * width, width)
              target.set(numbers, unit, apart: factors.vector(0)) {
                $2 * factor * ($0 - mean - $1 * slope)
              }
              guard vector < factors.vectors else { continue }
              target.set(target, unit, apart: factors.vector(vector)) { $0 + $1 * $2 }
              target.set(target, terms.vector(vector)) { $0 + $1 }
            }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          let room = scratch.numbers(4 * width)
          let (unit, moves) = (room.part(0, width), room.part(width, width))
          let (turn, part) = (room.part(2 * width, width), room.part(3 * width, width))
          for image in 0..<output.images {
            for row in 0..<rows {
              func at(_ tensor: Tensor<Scalar>, _ vector: Int) -> Numbers<Scalar> {
                tensor.vector(vector, ofImage: image).part(row * width, width)
              }
              let factor = normalize(at(source, 0), into: unit)
              let gradient = at(gradients.output, 0)
              moves.set(gradient, factors.vector(0)) { $0 * $1 }
              let (mean, inner) = (drift(moves), slope(unit, moves))
              let own = at(gradients.value(0), 0)
              own.set(own, moves, apart: unit) { $0 + factor * ($1 - mean - $2 * inner) }
              for vector in 0..<gradients.vectors {
                let change = at(gradients.output, vector)
                if scale != nil {
                  let own = gradients.parameter(1, vector)
                  own.set(own, change, apart: unit) { $0 + $1 * $2 }
                }
                if shift != nil {
                  let own = gradients.parameter(2, vector)
                  own.set(own, change) { $0 + $1 }
                }
                guard vector > 0 else { continue }
                // The tangents of the normalised row, and of what it was multiplied by.
                let tangent = at(source, vector)
                let (tangentMean, rate) = (drift(tangent), slope(unit, tangent))
                turn.set(tangent, unit) { factor * ($0 - tangentMean - $1 * rate) }
                if scale != nil {
                  let own = gradients.parameter(1, vector)
                  own.set(own, gradient, apart: turn) { $0 + $1 * $2 }
                }
                part.set(change, factors.vector(0)) { $0 * $1 }
                part.set(part, gradient, apart: factors.vector(vector)) { $0 + $1 * $2 }
                let (partMean, bend) = (drift(part), slope(turn, moves) + slope(unit, part))
                part.set(part, unit, apart: turn) { $0 - partMean - $1 * bend - $2 * inner }
                // The factor's own tangent is −factor² times the rate.
                part.set(part, moves, apart: unit) {
                  $0 - factor * rate * ($1 - mean - $2 * inner)
                }
                let own = at(gradients.value(0), vector)
                own.set(own, part) { $0 + factor * $1 }
              }
            }
          }
        }
      })
  }
}
