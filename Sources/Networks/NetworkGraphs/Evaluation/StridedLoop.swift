/// A loop over all entries of an array, in the order in which they lie in memory, with the places of
/// the same entries in two other arrays.
///
/// Neighbouring axes that are one in all arrays fall together; the innermost one is a run, which the
/// caller goes through. It allocates nothing while it runs.
struct StridedLoop {
  /// The number of entries of a run.
  private(set) var run = 1
  /// From one entry of a run to the next, in the three arrays.
  private(set) var steps = (0, 0, 0)
  private(set) var rank = 0
  private var sides = SIMD8<Int>(repeating: 1)
  private var strides = (SIMD8<Int>(), SIMD8<Int>(), SIMD8<Int>())

  /// Prepares a loop.
  ///
  /// - Parameters:
  ///   - sides: the sides, at most eight that are not 1 and cannot fall together.
  ///   - first: from one entry along each axis to the next, in the first array.
  ///   - second: the same in the second array; 0 where it is repeated.
  ///   - third: the same in the third array.
  init(_ sides: [Int], _ first: [Int], _ second: [Int], _ third: [Int]) {
    var axes: [(side: Int, strides: (Int, Int, Int))] = []
    for axis in sides.indices where sides[axis] != 1 {
      let (side, steps) = (sides[axis], (first[axis], second[axis], third[axis]))
      if let outer = axes.last,
        outer.strides == (steps.0 * side, steps.1 * side, steps.2 * side)
      {
        axes[axes.count - 1] = (outer.side * side, steps)
      } else {
        axes.append((side, steps))
      }
    }
    if let inner = axes.popLast() { (run, steps) = inner }
    precondition(axes.count <= 8, "an array with more than nine sides")
    rank = axes.count
    for (place, axis) in axes.enumerated() {
      self.sides[place] = axis.side
      (strides.0[place], strides.1[place], strides.2[place]) = axis.strides
    }
  }

  /// The loop if it is one of runs of neighbours, at equal distances: how many runs there are, how long
  /// each is, and from one to the next in the first two arrays.
  var plainRuns: (count: Int, run: Int, strides: (Int, Int))? {
    guard rank == 1, steps.0 == 1, steps.1 == 1 else { return nil }
    return (sides[0], run, (strides.0[0], strides.1[0]))
  }

  /// Calls with the places of the first entries of each run.
  @inline(__always) func eachRun(_ body: (Int, Int, Int) -> Void) {
    var counter = SIMD8<Int>()
    var places = (0, 0, 0)
    while true {
      body(places.0, places.1, places.2)
      var axis = rank - 1
      while axis >= 0 {
        counter[axis] += 1
        places.0 += strides.0[axis]
        places.1 += strides.1[axis]
        places.2 += strides.2[axis]
        if counter[axis] < sides[axis] { break }
        places.0 -= strides.0[axis] * sides[axis]
        places.1 -= strides.1[axis] * sides[axis]
        places.2 -= strides.2[axis] * sides[axis]
        counter[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

/// A copy of entries of one array to entries of another, for all vectors of all images.
struct StridedCopy<Scalar: GraphScalar> {
  private let loop: StridedLoop
  private let (source, target): (Numbers<Scalar>, Numbers<Scalar>)
  private let (start, targetStart): (Int, Int)
  private let sides: [Int]
  private let strides: ([Int], [Int])

  /// Prepares a copy.
  ///
  /// - Parameters:
  ///   - sides: the sides of what is copied.
  ///   - source: where it is read, from the place `start` of each vector on.
  ///   - target: where it is written, from the place `targetStart` of each vector on.
  init(
    _ sides: [Int], from source: Tensor<Scalar>, at start: Int = 0, strides: [Int],
    to target: Tensor<Scalar>, targetAt targetStart: Int = 0, strides targetStrides: [Int]
  ) {
    loop = StridedLoop(
      [source.images * source.vectors] + sides, [target.dimension] + targetStrides,
      [source.dimension] + strides, Array(repeating: 0, count: sides.count + 1))
    (self.source, self.target) = (source.numbers, target.numbers)
    (self.start, self.targetStart) = (start, targetStart)
    self.sides = sides
    self.strides = (strides, targetStrides)
  }

  /// The adjoint of the copy, if gradients are wanted: adds what lies where it is written to what lies
  /// where it is read, or sets it if nothing was added before.
  func adjoint(_ gradients: BoundGradients<Scalar>?, operand: Int = 0) -> (() -> Void)? {
    guard let gradients else { return nil }
    let (from, to) = (gradients.output, gradients.value(operand))
    let loop = StridedLoop(
      [to.images * to.vectors] + sides, [to.dimension] + strides.0, [from.dimension] + strides.1,
      Array(repeating: 0, count: sides.count + 1))
    let (start, targetStart) = (start, targetStart)
    let isFirst = gradients.isFirst[operand]
    return {
      if let pixels = loop.plainRuns, pixels.run <= 256 {
        for pixel in 0..<pixels.count {
          let own = to.numbers.part(start + pixel * pixels.strides.0, pixels.run)
          let other = from.numbers.part(targetStart + pixel * pixels.strides.1, pixels.run)
          if isFirst { own.copyBriefly(other) } else { own.addBriefly(other) }
        }
        return
      }
      let (step, fromStep, _) = loop.steps
      loop.eachRun { place, fromPlace, _ in
        let (first, fromFirst) = (start + place, targetStart + fromPlace)
        if step == 1 && fromStep == 1 {
          let own = to.numbers.part(first, loop.run)
          let other = from.numbers.part(fromFirst, loop.run)
          if isFirst { own.copy(other) } else { own.set(own, other) { $0 + $1 } }
          return
        }
        if isFirst {
          for entry in 0..<loop.run {
            to.numbers[first + entry * step] = from.numbers[fromFirst + entry * fromStep]
          }
          return
        }
        for entry in 0..<loop.run {
          to.numbers[first + entry * step] += from.numbers[fromFirst + entry * fromStep]
        }
      }
    }
  }

  /// The loop over the entries of one vector: where they are written, and where they are read.
  var vectorLoop: StridedLoop {
    StridedLoop(sides, strides.1, strides.0, Array(repeating: 0, count: sides.count))
  }

  /// Copies.
  @inline(__always) func run() {
    let (targetStep, step, _) = loop.steps
    if let pixels = loop.plainRuns, pixels.run <= 256 {
      // A few channels of many pixels: what is done for each run is most of the work.
      for pixel in 0..<pixels.count {
        target.part(targetStart + pixel * pixels.strides.0, pixels.run).copyBriefly(
          source.part(start + pixel * pixels.strides.1, pixels.run))
      }
      return
    }
    loop.eachRun { targetPlace, place, _ in
      let (first, targetFirst) = (start + place, targetStart + targetPlace)
      if step == 1 && targetStep == 1 {
        target.part(targetFirst, loop.run).copy(source.part(first, loop.run))
      } else {
        for entry in 0..<loop.run {
          target[targetFirst + entry * targetStep] = source[first + entry * step]
        }
      }
    }
  }
}
