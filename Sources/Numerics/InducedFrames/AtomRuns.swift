import OpenBLAS

/// The numbers of all panels by the atoms that they belong to: for sums and scales over atoms.
struct AtomRuns: Sendable {
  /// Numbers that follow one another: of one atom, or of as many atoms that follow one another.
  private struct Run {
    let start: Int
    let count: Int
    let atom: Int
    let isOne: Bool
  }

  private var runs: [Run] = []
  /// The number of atoms of all panels.
  private(set) var count = 0

  init(_ panels: WeightPanels) {
    for panel in panels.panels {
      if let atoms = panel.interleaved {
        let columns = panel.columns / panel.groups
        for column in 0..<panel.columns {
          for row in stride(from: 0, to: panel.stride, by: atoms) {
            runs.append(
              Run(
                start: panel.start + column * panel.stride + row, count: atoms,
                atom: count + column / columns * atoms, isOne: false))
          }
        }
      } else {
        for column in 0..<panel.columns {
          runs.append(
            Run(
              start: panel.start + column * panel.stride, count: panel.stride,
              atom: count + column, isOne: true))
        }
      }
      count += panel.atoms
    }
  }

  /// Sums products of two vectors over each atom.
  ///
  /// - Parameters:
  ///   - x: a number for each of the panels' numbers.
  ///   - y: the same.
  ///   - sums: a number for each atom, overwritten.
  func sum(_ x: [Double], _ y: [Double], into sums: inout [Double]) {
    precondition(sums.count == count, "a sum for each atom")
    for atom in sums.indices { sums[atom] = 0 }
    let (x, y) = (x.span, y.span)
    var sums = sums.mutableSpan
    for run in runs {
      check(run, x.count, y.count)
      if run.isOne {
        let places = run.start..<run.start + run.count
        sums[run.atom] = dot(x.extracting(places), y.extracting(places))
      } else {
        for index in 0..<run.count {
          unsafe sums[unchecked: run.atom + index] +=
            x[unchecked: run.start + index] * y[unchecked: run.start + index]
        }
      }
    }
  }

  /// Divides every atom by its norm.
  ///
  /// - Parameters:
  ///   - x: a number for each of the panels' numbers.
  ///   - scales: a number for each atom, overwritten by one over its norm.
  func normalize(_ x: inout [Double], scales: inout [Double]) {
    sum(x, x, into: &scales)
    for atom in scales.indices { scales[atom] = 1 / scales[atom].squareRoot() }
    scale(&x, by: scales)
  }

  /// Multiplies the numbers of each atom by its factor.
  func scale(_ x: inout [Double], by factors: [Double]) {
    precondition(factors.count == count, "a factor for each atom")
    var x = x.mutableSpan
    let factors = factors.span
    for run in runs {
      check(run, x.count, x.count)
      if run.isOne {
        let factor = factors[run.atom]
        for index in run.start..<run.start + run.count { unsafe x[unchecked: index] *= factor }
      } else {
        for index in 0..<run.count {
          unsafe x[unchecked: run.start + index] *= factors[unchecked: run.atom + index]
        }
      }
    }
  }

  /// Subtracts from a vector each atom's factor times another one's numbers.
  func subtract(_ y: [Double], times factors: [Double], from x: inout [Double]) {
    precondition(factors.count == count, "a factor for each atom")
    var x = x.mutableSpan
    let (y, factors) = (y.span, factors.span)
    for run in runs {
      check(run, x.count, y.count)
      if run.isOne {
        let factor = factors[run.atom]
        for index in run.start..<run.start + run.count {
          unsafe x[unchecked: index] -= factor * y[unchecked: index]
        }
      } else {
        for index in 0..<run.count {
          unsafe x[unchecked: run.start + index] -=
            factors[unchecked: run.atom + index] * y[unchecked: run.start + index]
        }
      }
    }
  }

  /// Checks once what the loops over a run do not check for each number.
  private func check(_ run: Run, _ first: Int, _ second: Int) {
    precondition(
      run.start >= 0 && run.start + run.count <= min(first, second)
        && run.atom + (run.isOne ? 1 : run.count) <= count,
      "vectors have a number for each of the panels'")
  }
}
