/// Channels that are centred and divided by their standard deviations, over some images together: each
/// image alone with channels in groups (group normalisation), or a whole batch (batch normalisation).
///
/// y = γ u + β, u = r (x − mean x), r = 1/√(variance + ε). Along a direction u moves by
/// r (ẋ − mean ẋ − u mean(u ẋ)), and so gradients go back: with h = γ g by r (h − mean h − u mean(u h)).
struct ChannelNormalization<Scalar: GraphScalar> {
  private let source: Tensor<Scalar>
  private let output: Tensor<Scalar>
  private let gradients: BoundGradients<Scalar>?
  private let scratch: Scratch<Scalar>
  private let factors: HeldParameter<Scalar>
  private let terms: HeldParameter<Scalar>
  private let groups: Int
  private let epsilon: Scalar
  /// The number of images whose means are one.
  private let together: Int
  private let width: Int
  private let pixels: Int
  /// The numbers of a vector of all images that are together.
  private let count: Int

  /// Prepares a normalisation of operand 0, multiplied by operand 1 and shifted by operand 2, if there
  /// are any; channels lie together in memory.
  init(_ binding: Binding<Scalar>, groups: Int, epsilon: Double, together: Int) {
    source = binding.value(0)
    output = binding.output
    gradients = binding.gradients
    scratch = binding.scratch
    width = output.shape[1]
    pixels = output.dimension / width
    factors = HeldParameter(
      binding.parameter(1), count: width, constant: 1, binding.gradients)
    terms = HeldParameter(binding.parameter(2), count: width, binding.gradients)
    (self.groups, self.epsilon, self.together) = (groups, Scalar(epsilon), together)
    count = together * output.dimension
    scratch.reserve(roomCount)
  }

  /// How many numbers of a channel a mean is taken of.
  var samples: Int { together * pixels }

  /// Takes over γ and β, or directions of them.
  func load(_ parameters: any ParameterSource, _ vector: Int) {
    factors.load(parameters, vector)
    terms.load(parameters, vector)
  }

  /// Computes values and tangents.
  ///
  /// - Parameter visit: gets the means and the variances of the channels of each image, or batch.
  func forward(
    _ visit: (_ means: Numbers<Scalar>, _ variances: Numbers<Scalar>) -> Void = { _, _ in }
  ) {
    let normal = room(0)
    let (rates, means, slopes, variances) = (row(0), row(1), row(2), row(3))
    for first in stride(from: 0, to: output.images, by: together) {
      normalize(first, into: normal, rates, means, variances)
      visit(means, variances)
      forEachPixel(first) { image, place, own in
        let target = output.value(ofImage: image).part(place, width)
        target.set(normal.part(own, width), factors.vector(0), apart: terms.vector(0)) {
          $0 * $1 + $2
        }
      }
      // Tangents are multiplied by γ too.
      rates.set(rates, factors.vector(0)) { $0 * $1 }
      for vector in 1..<max(1, output.vectors) {
        addUp(source, vector, first, times: normal, means, slopes)
        average(means)
        average(slopes)
        forEachPixel(first) { image, place, own in
          let unit = normal.part(own, width)
          let part = output.vector(vector, ofImage: image).part(place, width)
          part.set(unit, slopes) { $0 * $1 }
          part.set(part, source.vector(vector, ofImage: image).part(place, width), apart: means) {
            $1 - $0 - $2
          }
          part.set(part, rates) { $0 * $1 }
          guard vector < factors.vectors else { return }
          part.set(part, unit, apart: factors.vector(vector)) { $0 + $1 * $2 }
          part.set(part, terms.vector(vector)) { $0 + $1 }
        }
      }
    }
  }

  /// Carries gradients back.
  func backward() {
    guard let gradients else { return }
    let normal = room(0)
    let (rates, means, slopes) = (row(0), row(1), row(2))
    for first in stride(from: 0, to: output.images, by: together) {
      normalize(first, into: normal, rates, means, row(3))
      addUp(gradients.output, 0, first, times: normal, means, slopes)
      add(slopes, toParameter: 1, 0)
      add(means, toParameter: 2, 0)
      means.set(means, factors.vector(0)) { $0 * $1 }
      slopes.set(slopes, factors.vector(0)) { $0 * $1 }
      average(means)
      average(slopes)
      for vector in 1..<max(1, gradients.vectors) { carryTangent(vector, first) }
      forEachPixel(first) { image, place, own in
        let unit = normal.part(own, width)
        unit.set(unit, slopes) { $0 * $1 }
        unit.set(unit, means) { $0 + $1 }
        let gradient = gradients.output.value(ofImage: image).part(place, width)
        unit.set(gradient, unit, apart: factors.vector(0)) { $0 * $2 - $1 }
        let target = gradients.value(0).value(ofImage: image).part(place, width)
        target.set(target, unit, apart: rates) { $0 + $1 * $2 }
      }
    }
  }

  /// Carries a tangent of the gradient back: with v = r mean(u ẋ) the tangent of what is above is
  /// r (ḣ − mean ḣ − u̇ mean(u h) − u mean(u̇ h + u ḣ) − v (h − mean h − u mean(u h))).
  private func carryTangent(_ vector: Int, _ first: Int) {
    guard let gradients else { return }
    let (normal, turn, part) = (room(0), room(1), room(2))
    let (rates, means, slopes) = (row(0), row(1), row(2))
    let (drifts, rate, bends, sums) = (row(6), row(7), row(8), row(9))
    addUp(source, vector, first, times: normal, drifts, rate)
    average(drifts)
    average(rate)
    forEachPixel(first) { image, place, own in
      let target = turn.part(own, width)
      target.set(normal.part(own, width), rate) { $0 * $1 }
      target.set(target, source.vector(vector, ofImage: image).part(place, width), apart: drifts) {
        $1 - $0 - $2
      }
      target.set(target, rates) { $0 * $1 }
    }
    rate.set(rate, rates) { $0 * $1 }
    addUp(gradients.output, 0, first, times: turn, sums, bends)
    add(bends, toParameter: 1, vector)
    addUp(gradients.output, vector, first, times: normal, drifts, sums)
    add(sums, toParameter: 1, vector)
    add(drifts, toParameter: 2, vector)
    bends.set(bends, factors.vector(0)) { $0 * $1 }
    drifts.fill(0)
    sums.fill(0)
    forEachPixel(first) { image, place, own in
      let target = part.part(own, width)
      target.set(
        gradients.output.vector(vector, ofImage: image).part(place, width), factors.vector(0)
      ) { $0 * $1 }
      target.set(
        target, gradients.output.value(ofImage: image).part(place, width),
        apart: factors.vector(vector)
      ) { $0 + $1 * $2 }
      drifts.set(drifts, target) { $0 + $1 }
      sums.set(sums, target, apart: normal.part(own, width)) { $0 + $1 * $2 }
    }
    bends.set(bends, sums) { $0 + $1 }
    average(drifts)
    average(bends)
    forEachPixel(first) { image, place, own in
      let (target, unit, rest) = (
        part.part(own, width), normal.part(own, width), turn.part(own, width)
      )
      target.set(target, drifts) { $0 - $1 }
      target.set(target, rest, apart: slopes) { $0 - $1 * $2 }
      target.set(target, unit, apart: bends) { $0 - $1 * $2 }
      rest.set(gradients.output.value(ofImage: image).part(place, width), factors.vector(0)) {
        $0 * $1
      }
      rest.set(rest, means) { $0 - $1 }
      rest.set(rest, unit, apart: slopes) { $0 - $1 * $2 }
      target.set(target, rest, apart: rate) { $0 - $1 * $2 }
      let result = gradients.value(0).vector(vector, ofImage: image).part(place, width)
      result.set(result, target, apart: rates) { $0 + $1 * $2 }
    }
  }

  // MARK: Sums

  /// Normalises the values of some images, and leaves what channels are multiplied by.
  private func normalize(
    _ first: Int, into normal: Numbers<Scalar>, _ rates: Numbers<Scalar>, _ means: Numbers<Scalar>,
    _ variances: Numbers<Scalar>
  ) {
    let part = row(4)
    means.fill(0)
    for image in first..<first + together {
      // Sums of sums: those of a whole batch would lose digits one after the other.
      part.fill(0)
      let value = source.value(ofImage: image)
      for pixel in 0..<pixels { part.set(part, value.part(pixel * width, width)) { $0 + $1 } }
      means.set(means, part) { $0 + $1 }
    }
    average(means)
    variances.fill(0)
    for image in first..<first + together {
      part.fill(0)
      let value = source.value(ofImage: image)
      let units = normal.part((image - first) * output.dimension, output.dimension)
      for pixel in 0..<pixels {
        let unit = units.part(pixel * width, width)
        unit.set(value.part(pixel * width, width), means) { $0 - $1 }
        part.set(part, unit) { $0 + $1 * $1 }
      }
      variances.set(variances, part) { $0 + $1 }
    }
    average(variances)
    rates.set(variances) { 1 / ($0 + epsilon).squareRoot() }
    forEachPixel(first) { _, _, own in
      let unit = normal.part(own, width)
      unit.set(unit, rates) { $0 * $1 }
    }
  }

  /// Sums of the channels of a vector over some images, and of their products with other numbers.
  private func addUp(
    _ tensor: Tensor<Scalar>, _ vector: Int, _ first: Int, times other: Numbers<Scalar>,
    _ sums: Numbers<Scalar>, _ products: Numbers<Scalar>
  ) {
    let (part, product) = (row(4), row(5))
    sums.fill(0)
    products.fill(0)
    for image in first..<first + together {
      part.fill(0)
      product.fill(0)
      let numbers = tensor.vector(vector, ofImage: image)
      let others = other.part((image - first) * output.dimension, output.dimension)
      for pixel in 0..<pixels {
        let number = numbers.part(pixel * width, width)
        part.set(part, number) { $0 + $1 }
        product.set(product, number, apart: others.part(pixel * width, width)) { $0 + $1 * $2 }
      }
      sums.set(sums, part) { $0 + $1 }
      products.set(products, product) { $0 + $1 }
    }
  }

  /// Replaces sums of channels by the means of their groups.
  private func average(_ sums: Numbers<Scalar>) {
    let (size, share) = (width / groups, 1 / Scalar(samples * (width / groups)))
    if size == 1 {
      sums.set(sums) { $0 * share }
    } else {
      for group in 0..<groups {
        let part = sums.part(group * size, size)
        part.fill(part.sum() * share)
      }
    }
  }

  private func add(_ numbers: Numbers<Scalar>, toParameter operand: Int, _ vector: Int) {
    guard let gradients, operand < gradients.parameters.count else { return }
    let own = gradients.parameter(operand, vector)
    own.set(own, numbers) { $0 + $1 }
  }

  /// Calls with each image, a pixel's first place in its vectors, and that in a room.
  @inline(__always) private func forEachPixel(
    _ first: Int, _ body: (_ image: Int, _ place: Int, _ own: Int) -> Void
  ) {
    for image in first..<first + together {
      let start = (image - first) * output.dimension
      for pixel in 0..<pixels { body(image, pixel * width, start + pixel * width) }
    }
  }

  // MARK: Scratch memory

  private var isSecond: Bool { (gradients?.vectors ?? 1) > 1 }
  private var roomCount: Int { (isSecond ? 3 : 1) * count + (isSecond ? 10 : 6) * width }

  /// A number for each entry of the images that are together.
  private func room(_ place: Int) -> Numbers<Scalar> {
    scratch.numbers(roomCount).part(place * count, count)
  }

  /// A number for each channel.
  private func row(_ place: Int) -> Numbers<Scalar> {
    scratch.numbers(roomCount).part(roomCount - (place + 1) * width, width)
  }
}
