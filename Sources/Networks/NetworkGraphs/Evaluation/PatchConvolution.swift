internal import OneDNN
internal import OpenBLAS

/// A convolution in double precision as products of matrices: the pixels that a kernel covers, copied
/// side by side, times the weight.
///
/// The pixels of some lines of the result are copied at a time, so that the copy stays in the cache.
final class PatchConvolution: GraphConvolution, GraphConvolutionDerivative {
  private let shape: ImageConvolutionShape
  /// For each group (height · width · inputs) × outputs, row-major.
  private let weights: NumberMemory<Double>
  private let panel: NumberMemory<Double>
  /// The lines of the result that a panel is for.
  private let panelLines: Int
  /// A gradient in the order of the weights, made when it is first asked for.
  private lazy var sums = NumberMemory<Double>(count: shape.weightCount)

  /// The numbers of a panel, 256 KiB.
  private static var panelCount: Int { 32_768 }

  private var inputs: Int { shape.inputChannels / shape.groups }
  private var outputs: Int { shape.outputChannels / shape.groups }
  private var inner: Int { shape.kernel.height * shape.kernel.width * inputs }
  private var imageCount: Int { shape.input.height * shape.input.width * shape.inputChannels }
  private var lineCount: Int { shape.output.width * shape.outputChannels }

  init(_ shape: ImageConvolutionShape) {
    self.shape = shape
    weights = NumberMemory(count: shape.weightCount)
    let inner = shape.kernel.height * shape.kernel.width * shape.inputChannels / shape.groups
    let line = shape.output.width * inner
    panelLines = max(1, min(shape.images * shape.output.height, Self.panelCount / line))
    panel = NumberMemory(count: panelLines * line)
  }

  func setWeights(_ values: UnsafePointer<Double>) {
    forEachWeight { plain, place in weights.numbers[place] = unsafe values[plain] }
  }

  func correlate(_ images: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>) {
    let source = unsafe Numbers(UnsafeMutablePointer(mutating: images), count: shape.inputCount)
    let target = unsafe Numbers(result, count: shape.outputCount)
    forEachPanel { lines, group in
      fillPanel(of: source, lines, group: group)
      let part = target.dropping(lines.lowerBound * lineCount + group * outputs)
      unsafe Double.gemm(
        .rowMajor, .none, .none, rows: lines.count * shape.output.width, columns: outputs,
        inner: inner, alpha: 1, panel.numbers.start, leadingOfA: inner,
        weights.numbers.dropping(group * inner * outputs).start, leadingOfB: outputs, beta: 0,
        part.start, leadingOfC: shape.outputChannels)
    }
  }

  func spread(_ responses: UnsafePointer<Double>, into images: UnsafeMutablePointer<Double>) {
    let source = unsafe Numbers(UnsafeMutablePointer(mutating: responses), count: shape.outputCount)
    let target = unsafe Numbers(images, count: shape.inputCount)
    target.fill(0)
    forEachPanel { lines, group in
      let part = source.dropping(lines.lowerBound * lineCount + group * outputs)
      unsafe Double.gemm(
        .rowMajor, .none, .transpose, rows: lines.count * shape.output.width, columns: inner,
        inner: outputs, alpha: 1, part.start, leadingOfA: shape.outputChannels,
        weights.numbers.dropping(group * inner * outputs).start, leadingOfB: outputs, beta: 0,
        panel.numbers.start, leadingOfC: inner)
      forEachTap(lines, group: group) { place, pixel in
        guard let pixel else { return }
        let own = target.part(pixel, inputs)
        own.set(own, panel.numbers.part(place, inputs)) { $0 + $1 }
      }
    }
  }

  func differentiate(
    _ images: UnsafePointer<Double>, _ responses: UnsafePointer<Double>,
    into gradient: UnsafeMutablePointer<Double>
  ) {
    let values = unsafe Numbers(UnsafeMutablePointer(mutating: images), count: shape.inputCount)
    let source = unsafe Numbers(UnsafeMutablePointer(mutating: responses), count: shape.outputCount)
    let target = unsafe Numbers(gradient, count: shape.weightCount)
    sums.numbers.fill(0)
    forEachPanel { lines, group in
      fillPanel(of: values, lines, group: group)
      let part = source.dropping(lines.lowerBound * lineCount + group * outputs)
      unsafe Double.gemm(
        .rowMajor, .transpose, .none, rows: inner, columns: outputs,
        inner: lines.count * shape.output.width, alpha: 1, panel.numbers.start, leadingOfA: inner,
        part.start, leadingOfB: shape.outputChannels, beta: 1,
        sums.numbers.dropping(group * inner * outputs).start, leadingOfC: outputs)
    }
    forEachWeight { plain, place in target[plain] = sums.numbers[place] }
  }

  /// Calls with the lines of the result, counted through all images, of each panel, and each group.
  private func forEachPanel(_ body: (_ lines: Range<Int>, _ group: Int) -> Void) {
    let count = shape.images * shape.output.height
    for first in stride(from: 0, to: count, by: panelLines) {
      for group in 0..<shape.groups { body(first..<min(first + panelLines, count), group) }
    }
  }

  /// Copies what the kernel covers at each pixel of some lines of the result.
  private func fillPanel(of images: Numbers<Double>, _ lines: Range<Int>, group: Int) {
    guard shape.groups == 1, shape.dilation.width == 1 else {
      forEachTap(lines, group: group) { place, pixel in
        let target = panel.numbers.part(place, inputs)
        if let pixel { target.copy(images.part(pixel, inputs)) } else { target.fill(0) }
      }
      return
    }
    // The taps of a row lie side by side in the image as they do in the panel.
    let run = shape.kernel.width * inputs
    var place = 0
    for line in lines {
      let image = line / shape.output.height * shape.input.height
      let top = line % shape.output.height * shape.stride.height - shape.paddingBefore.height
      for column in 0..<shape.output.width {
        let left = column * shape.stride.width - shape.paddingBefore.width
        let first = min(max(0, -left), shape.kernel.width)
        let end = max(first, min(shape.kernel.width, shape.input.width - left))
        for tapRow in 0..<shape.kernel.height {
          let y = top + tapRow * shape.dilation.height
          let target = panel.numbers.part(place, run)
          place += run
          guard y >= 0, y < shape.input.height, first < end else {
            target.fill(0)
            continue
          }
          let pixel = ((image + y) * shape.input.width + left + first) * inputs
          target.part(0, first * inputs).fill(0)
          target.part(first * inputs, (end - first) * inputs).copy(
            images.part(pixel, (end - first) * inputs))
          target.dropping(end * inputs).fill(0)
        }
      }
    }
  }

  /// Calls with the places in the panel and in the images of the first channel of each tap, nil outside
  /// of the image.
  private func forEachTap(
    _ lines: Range<Int>, group: Int, _ body: (_ place: Int, _ pixel: Int?) -> Void
  ) {
    var place = 0
    for line in lines {
      let image = line / shape.output.height * imageCount + group * inputs
      let top = line % shape.output.height * shape.stride.height - shape.paddingBefore.height
      for column in 0..<shape.output.width {
        let left = column * shape.stride.width - shape.paddingBefore.width
        for tapRow in 0..<shape.kernel.height {
          let y = top + tapRow * shape.dilation.height
          for tapColumn in 0..<shape.kernel.width {
            let x = left + tapColumn * shape.dilation.width
            if y >= 0, y < shape.input.height, x >= 0, x < shape.input.width {
              body(place, image + (y * shape.input.width + x) * shape.inputChannels)
            } else {
              body(place, nil)
            }
            place += inputs
          }
        }
      }
    }
  }

  /// Calls with each weight's place in torch's order and in this one's.
  private func forEachWeight(_ body: (_ plain: Int, _ place: Int) -> Void) {
    let taps = shape.kernel.height * shape.kernel.width
    // Both orders are walked in pieces of some cache lines.
    let block = 8
    for group in 0..<shape.groups {
      for first in stride(from: 0, to: outputs, by: block) {
        for input in 0..<inputs {
          for tap in 0..<taps {
            for output in first..<min(first + block, outputs) {
              body(
                ((group * outputs + output) * inputs + input) * taps + tap,
                (group * inner + tap * inputs + input) * outputs + output)
            }
          }
        }
      }
    }
  }
}

/// Products of rows with a weight in double precision.
final class PlainProduct: GraphProduct {
  private let (rows, inputs, outputs): (Int, Int, Int)
  private let weights: NumberMemory<Double>

  init(rows: Int, inputs: Int, outputs: Int) {
    (self.rows, self.inputs, self.outputs) = (rows, inputs, outputs)
    weights = NumberMemory(count: inputs * outputs)
  }

  func setWeights(_ values: UnsafePointer<Double>) {
    unsafe weights.numbers.start.update(from: values, count: inputs * outputs)
  }

  func multiply(_ values: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>) {
    unsafe Double.gemm(
      .rowMajor, .none, .transpose, rows: rows, columns: outputs, inner: inputs, alpha: 1, values,
      leadingOfA: inputs, weights.numbers.start, leadingOfB: inputs, beta: 0, result,
      leadingOfC: outputs)
  }
}
