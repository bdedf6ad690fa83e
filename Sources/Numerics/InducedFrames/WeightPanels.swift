import Architectures

/// The weights of a network as matrices whose columns are what the frame's columns hold of them.
///
/// A panel has a row for every tap and row channel, tap by tap, so that the parts of two operators that
/// meet at a tap pair are runs of whole columns: their products are products of matrices, and taps that
/// follow one another make longer runs. All panels lie in one array.
struct WeightPanels: Sendable {
  /// The place of one weight, column-major with rows (tap, row channel).
  struct Panel: Sendable {
    /// The place of the first number.
    let start: Int
    /// The number of rows, the distance of two columns.
    let stride: Int
    /// The number of columns.
    let columns: Int
    /// The side of the kernel.
    let kernel: Int
    /// The number of groups; each has as many of the columns, and as many of the atoms.
    let groups: Int
    /// The number of a group's atoms if they are interleaved in the rows, nil if each is a column.
    let interleaved: Int?

    /// The number of rows of each tap.
    var tapHeight: Int { stride / (kernel * kernel) }

    /// The number of atoms.
    var atoms: Int { interleaved.map { $0 * groups } ?? columns }

    /// The places of all numbers.
    var places: Range<Int> { start..<start + columns * stride }
  }

  /// The panel of each weight of the frame, in the order of their numbers.
  private(set) var panels: [Panel] = []
  /// The numbers of all panels.
  var values: [Double] = []

  /// Normalises the rows of all weights and lays them out as a frame's terms use them.
  ///
  /// A row of zeros becomes NaN.
  ///
  /// - Parameter tensors: the tensors that the frame's weights name; of grouped ones the columns are those
  ///   of a group.
  init(_ frame: InducedFrame, _ tensors: [WeightTensor]) {
    values.reserveCapacity(frame.weightCount)
    for weight in frame.weights {
      let tensor = tensors[weight.tensor]
      precondition(
        tensor.rows == weight.rows && tensor.columns == weight.columns
          && tensor.kernel == weight.kernel, "weight \(weight.tensor) has its shape")
      append(tensor, weight)
    }
    normalize()
  }

  /// The panel of a weight.
  subscript(weight: InducedFrame.Weight) -> Panel { panels[weight.index] }

  /// Lays a weight out: entry (k, c) of a tap is in column k of a synthesis, in column c of an
  /// analysis, at the row of the tap and the other channel.
  private mutating func append(_ tensor: WeightTensor, _ weight: InducedFrame.WeightUse) {
    let taps = weight.kernel * weight.kernel
    let atoms = weight.rows / weight.groups
    let (columns, channels) =
      weight.isSynthesis ? (weight.rows, weight.columns) : (weight.columns * weight.groups, atoms)
    let panel = Panel(
      start: values.count, stride: taps * channels, columns: columns, kernel: weight.kernel,
      groups: weight.groups, interleaved: weight.isSynthesis ? nil : channels)
    values.append(contentsOf: repeatElement(0, count: tensor.values.count))
    Self.forEachWeight(panel) { source, index in values[index] = tensor.values[source] }
    panels.append(panel)
  }

  /// Calls back with the place of every number in its weight, row-major, and in the panels.
  @inline(__always)
  static func forEachWeight(_ panel: Panel, _ body: (_ source: Int, _ index: Int) -> Void) {
    let (taps, channels) = (panel.kernel * panel.kernel, panel.tapHeight)
    let isSynthesis = panel.interleaved == nil
    let ofGroup = panel.columns / panel.groups
    let (rows, columns) =
      isSynthesis ? (panel.columns, channels) : (channels * panel.groups, ofGroup)
    var source = 0
    for k in 0..<rows {
      for c in 0..<columns {
        let (column, channel) =
          isSynthesis ? (k, c) : (k / channels * ofGroup + c, k % channels)
        let start = panel.start + column * panel.stride + channel
        for tap in 0..<taps {
          body(source, start + tap * channels)
          source += 1
        }
      }
    }
  }

  /// Divides every atom by its norm.
  mutating func normalize() {
    for panel in panels {
      var squares = Self.atomSums(panel) { values[$0] * values[$0] }
      if squares.contains(where: { !Self.safeSquares.contains($0) }) {
        scaleIntoRange(panel, squares)
        squares = Self.atomSums(panel) { values[$0] * values[$0] }
      }
      let scales = squares.map { $0 > 0 ? 1 / $0.squareRoot() : .nan }
      Self.forEachEntry(panel) { atom, index in values[index] *= scales[atom] }
    }
  }

  /// Squared norms that neither overflow nor lose digits below the smallest normal number.
  private static let safeSquares = 1e-200...1e200

  /// Multiplies atoms whose squared norm is out of range by powers of two, which changes no direction.
  private mutating func scaleIntoRange(_ panel: Panel, _ squares: [Double]) {
    var largest = [Double](repeating: 0, count: squares.count)
    Self.forEachEntry(panel) { atom, index in
      largest[atom] = max(largest[atom], abs(values[index]))
    }
    let factors = zip(largest, squares).map { largest, square in
      guard largest > 0, largest.isFinite, !Self.safeSquares.contains(square) else { return 1.0 }
      let exponent = max(-Int(largest.exponent), -1022)
      return Double(sign: .plus, exponent: min(exponent, 1023), significand: 1)
    }
    Self.forEachEntry(panel) { atom, index in values[index] *= factors[atom] }
  }

  /// The sum of a function of the entries over each atom of a panel.
  static func atomSums(_ panel: Panel, _ value: (Int) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: panel.atoms)
    forEachEntry(panel) { atom, index in sums[atom] += value(index) }
    return sums
  }

  /// Calls back with every entry's atom and place.
  @inline(__always)
  static func forEachEntry(_ panel: Panel, _ body: (_ atom: Int, _ index: Int) -> Void) {
    var index = panel.start
    for column in 0..<panel.columns {
      if let atoms = panel.interleaved {
        let first = column / (panel.columns / panel.groups) * atoms
        for _ in 0..<panel.stride / atoms {
          for atom in first..<first + atoms {
            body(atom, index)
            index += 1
          }
        }
      } else {
        for _ in 0..<panel.stride {
          body(column, index)
          index += 1
        }
      }
    }
  }
}
