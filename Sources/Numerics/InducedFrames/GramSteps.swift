import OpenBLAS

/// The blocks of an induced Gram matrix as steps over the numbers of all panels, found once for the many
/// evaluations of a search.
///
/// A block has a row for each channel of its left column and a column for each of its right one, before
/// columns are normalised. It is the sum of its products, copies and ones.
struct GramSteps: Sendable {
  /// A product of matrices: of what both columns hold of two operators that meet.
  struct Product: Sendable {
    /// The place of the first number of the left operator, and the distance of those of two channels.
    let left: Int
    let leftStride: Int
    let right: Int
    let rightStride: Int
    /// The number of numbers that two channels share.
    let inner: Int
    let factor: Double
  }

  /// Numbers of one operator, where it meets an identity: entry (a, b) is the number at
  /// `start` + a · `leftStride` + b · `rightStride`.
  struct Copy: Sendable {
    let start: Int
    let leftStride: Int
    let rightStride: Int
    let factor: Double

    /// One more than the last place that is read for a block.
    func reaches(_ widths: (left: Int, right: Int)) -> Int {
      start + (widths.left - 1) * leftStride + (widths.right - 1) * rightStride + 1
    }
  }

  /// Ones of two identities that meet: entries (a, a + `shift`).
  struct Ones: Sendable {
    let shift: Int
    let factor: Double
  }

  /// A block, which stands for `count` blocks of the Gram matrix.
  struct Block: Sendable {
    let widths: (left: Int, right: Int)
    /// Where the scales of the columns' channels begin among those of all columns.
    let leftScales: Int
    let rightScales: Int
    let count: Double
    /// Whether the block is that of a column with itself, at one position.
    let isDiagonal: Bool
    let products: Range<Int>
    let copies: Range<Int>
    let ones: Range<Int>
  }

  private(set) var blocks: [Block] = []
  private(set) var products: [Product] = []
  private(set) var copies: [Copy] = []
  private(set) var ones: [Ones] = []
  /// The number of scales: a channel has one for each norm class of its column.
  private(set) var scaleCount = 0

  /// The steps of all blocks on and above the diagonal that are not zero.
  init(_ gram: GramBlocks) {
    var starts: [Int] = []
    for scales in gram.scales {
      starts.append(scaleCount)
      scaleCount += scales.count
    }
    for (index, pair) in gram.plan.pairs.enumerated() {
      let widths = gram.widths(pair)
      for plane in gram.classes[index] {
        let first = (products.count, copies.count, ones.count)
        for product in pair.products {
          for run in plane.runs[product.meeting] { append(product, run, widths, gram) }
        }
        blocks.append(
          Block(
            widths: widths, leftScales: starts[pair.left] + plane.leftNorm * widths.left,
            rightScales: starts[pair.right] + plane.rightNorm * widths.right,
            count: Double(plane.count), isDiagonal: plane.isDiagonal,
            products: first.0..<products.count, copies: first.1..<copies.count,
            ones: first.2..<ones.count))
      }
    }
  }

  private mutating func append(
    _ product: BlockPair.Product, _ run: TapRun, _ widths: (left: Int, right: Int),
    _ gram: GramBlocks
  ) {
    let factor = product.left.factor * product.right.factor * run.ways
    let rows = product.rowChannels
    switch (gram.operand(product.left), gram.operand(product.right)) {
    case (.weight(let left, let leftStride), .weight(let right, let rightStride)):
      products.append(
        Product(
          left: left + run.left * rows, leftStride: leftStride, right: right + run.right * rows,
          rightStride: rightStride, inner: run.count * rows, factor: factor))
    case (.selector(let channel), .weight(let start, let stride)):
      copies.append(
        Copy(
          start: start + run.right * rows + channel, leftStride: 1, rightStride: stride,
          factor: factor))
    case (.weight(let start, let stride), .selector(let channel)):
      copies.append(
        Copy(
          start: start + run.left * rows + channel, leftStride: stride, rightStride: 1,
          factor: factor))
    case (.selector(let left), .selector(let right)):
      // Channels of both columns that no row has in common are not tied.
      let shift = left - right
      guard shift < widths.right, -shift < widths.left else { return }
      ones.append(Ones(shift: shift, factor: factor))
    }
  }

  /// The largest number of entries of a block.
  var largestBlock: Int { blocks.map { $0.widths.left * $0.widths.right }.max() ?? 0 }
}

// Values and derivatives at given numbers.
extension GramSteps {
  /// Computes one over the norms of a column's channels from the diagonal of its block with itself.
  func findScales(_ own: Block, _ point: [Double], _ scales: inout [Double]) {
    let point = point.span
    for channel in 0..<own.widths.left {
      var square = 0.0
      for product in products[own.products] {
        let left = product.left + channel * product.leftStride
        let right = product.right + channel * product.rightStride
        square +=
          product.factor
          * dot(
            point.extracting(left..<left + product.inner),
            point.extracting(right..<right + product.inner))
      }
      for copy in copies[own.copies] {
        square += copy.factor * point[copy.start + channel * (copy.leftStride + copy.rightStride)]
      }
      for one in ones[own.ones] where one.shift == 0 { square += one.factor }
      scales[own.leftScales + channel] = 1 / square.squareRoot()
    }
  }

  /// Computes a block, before columns are normalised.
  func form(_ own: Block, _ point: [Double], into block: inout [Double]) {
    let (left, right) = own.widths
    var isFirst = true
    for product in products[own.products] {
      addProduct(
        .transpose, .none, rows: left, columns: right, inner: product.inner,
        factor: product.factor, point, at: product.left, stride: product.leftStride, point,
        at: product.right, stride: product.rightStride, keeping: isFirst ? 0 : 1, to: &block,
        at: 0, stride: left)
      isFirst = false
    }
    if isFirst {
      for index in 0..<left * right { block[index] = 0 }
    }
    let point = point.span
    var block = block.mutableSpan
    for copy in copies[own.copies] {
      precondition(copy.reaches(own.widths) <= point.count, "identities meet whole columns")
      for b in 0..<right {
        let start = copy.start + b * copy.rightStride
        for a in 0..<left {
          unsafe block[unchecked: b * left + a] +=
            copy.factor * point[unchecked: start + a * copy.leftStride]
        }
      }
    }
    for one in ones[own.ones] {
      for a in max(0, -one.shift)..<min(left, right - one.shift) {
        block[(a + one.shift) * left + a] += one.factor
      }
    }
    if own.isDiagonal {
      for a in 0..<left { block[a * left + a] = 0 }
    }
  }

  /// Replaces a block by the derivative of ‖G‖² with respect to it, and gives back what it contributes.
  func weigh(
    _ own: Block, _ scales: [Double], _ block: inout [Double], _ sums: inout [Double]
  ) -> Double {
    let (left, right) = own.widths
    let count = own.count
    precondition(
      left * right <= block.count && own.leftScales + left <= scales.count
        && own.rightScales + right <= scales.count, "a scale for each channel")
    let scales = scales.span
    var entries = block.mutableSpan
    var shares = sums.mutableSpan
    var total = 0.0
    for b in 0..<right {
      let start = b * left
      let scale = scales[own.rightScales + b]
      for a in 0..<left {
        unsafe entries[unchecked: start + a] *= scales[unchecked: own.leftScales + a] * scale
      }
      let square = count * Self.square(entries.span.extracting(start..<start + left))
      for a in 0..<left {
        let value = unsafe entries[unchecked: start + a]
        unsafe shares[unchecked: own.leftScales + a] += count * value * value
        unsafe entries[unchecked: start + a] =
          2 * count * value * scale * scales[unchecked: own.leftScales + a]
      }
      shares[own.rightScales + b] += square
      total += square
    }
    return total
  }

  private static func square(_ numbers: borrowing Span<Double>) -> Double { dot(numbers, numbers) }

  /// Adds what a block's derivative says about the panels.
  func spread(
    _ own: Block, _ block: [Double], _ point: [Double], _ gradient: inout [Double]
  ) {
    let (left, right) = own.widths
    for product in products[own.products] {
      addProduct(
        .none, .transpose, rows: product.inner, columns: left, inner: right,
        factor: product.factor, point, at: product.right, stride: product.rightStride, block,
        at: 0, stride: left, to: &gradient, at: product.left, stride: product.leftStride)
      addProduct(
        .none, .none, rows: product.inner, columns: right, inner: left, factor: product.factor,
        point, at: product.left, stride: product.leftStride, block, at: 0, stride: left,
        to: &gradient, at: product.right, stride: product.rightStride)
    }
    let block = block.span
    var gradient = gradient.mutableSpan
    for copy in copies[own.copies] {
      precondition(copy.reaches(own.widths) <= gradient.count, "identities meet whole columns")
      for b in 0..<right {
        let start = copy.start + b * copy.rightStride
        for a in 0..<left {
          unsafe gradient[unchecked: start + a * copy.leftStride] +=
            copy.factor * block[unchecked: b * left + a]
        }
      }
    }
  }

  /// Adds what the norms of a column's channels contribute.
  func spreadNorms(
    _ own: Block, _ scales: [Double], _ sums: [Double], _ point: [Double],
    _ gradient: inout [Double]
  ) {
    let point = point.span
    var gradient = gradient.mutableSpan
    for channel in 0..<own.widths.left {
      let place = own.leftScales + channel
      let slope = -scales[place] * scales[place] * sums[place]
      for product in products[own.products] {
        let factor = slope * product.factor
        let left = product.left + channel * product.leftStride
        let right = product.right + channel * product.rightStride
        precondition(max(left, right) + product.inner <= point.count, "products lie in panels")
        for index in 0..<product.inner {
          unsafe gradient[unchecked: left + index] += factor * point[unchecked: right + index]
        }
        for index in 0..<product.inner {
          unsafe gradient[unchecked: right + index] += factor * point[unchecked: left + index]
        }
      }
      for copy in copies[own.copies] {
        gradient[copy.start + channel * (copy.leftStride + copy.rightStride)] +=
          slope * copy.factor
      }
    }
  }
}
