import Architectures

/// A number that no weights of unit norm bring the frame potential below.
///
/// The largest of four, each of which is proved:
///
/// 1. K²/D and K: those of any K atoms in D dimensions;
/// 2. K and what the entries of the Gram matrix contribute that are constants before columns are
///    normalised, as skips make them (`constants`);
/// 3. for chains in the analysis form, K and what units share with those they read (`chain`);
/// 4. for chains in the synthesis form, what each layer contributes at least (`synthesisChain`).
struct LowerBound {
  /// At most the minimum of ‖G‖².
  let framePotential: Double

  init(_ architecture: Architecture, cache: inout StructureCache) {
    let frame = InducedFrame(architecture)
    let plan = BlockPlan(frame, cache: &cache)
    let structure = FrameStructure(frame, plan: plan, cache: cache)
    let (count, dimension) = (Double(structure.atomCount), Double(structure.frameDimension))
    var excess = max(0, count * count / dimension - count)
    if MinimumSearch.tiles(architecture) {
      excess = max(excess, Self.constants(frame, plan, cache))
      if architecture.family == .chain, architecture.form == .analysis {
        excess = max(excess, Self.chain(frame.layers))
      }
    }
    if architecture.family == .chain, architecture.form == .synthesis {
      excess = max(excess, Self.synthesisChain(frame.layers) - count)
    }
    framePotential = count + excess
  }

  /// What the layers of a chain in the synthesis form contribute at least.
  ///
  /// Only kernels that wrap tie layers to one another: folded onto the image, their atoms have squared
  /// norms ρ of their own, so that the columns of the layer, 1 + ρ if another one reads it, have. ρ is
  /// at most the number of taps that fall on one position, by Cauchy and Schwarz. With the largest norms
  /// the layer behind contributes least. Such a layer itself contributes its atoms' products with
  /// themselves, and the rest of it is not negative. All other layers have their closed form.
  private static func synthesisChain(_ layers: [Layer]) -> Double {
    guard layers.allSatisfy(\.isTiled) else { return 0 }
    var total = 0.0
    for layer in layers {
      let readers = layer.index + 1 < layers.count ? 1 : 0
      if layer.wraps, readers > 0 {
        total += Double(layer.width * layer.outputSize * layer.outputSize)
        continue
      }
      total += ExactMinimum.potential(layer, readers: readers) { source in
        let source = layers[source]
        guard source.wraps else { return 2 }
        let folds = (source.kernel + source.inputSize - 1) / source.inputSize
        return Double(1 + folds * folds)
      }
    }
    return total
  }

  /// What entries contribute to which nothing but two identities does: ±1 before normalisation.
  ///
  /// Such an entry of atoms a and b has the square 1/(D_a D_b), D the squared norms of their columns.
  /// The function 1/(xy) is convex, so the sum over n entries is at least n over the product of both
  /// means. What all columns of a block share is known: an identity gives each of them 1, a
  /// synthesis its atom's 1, and an analysed layer each of its rows' 1, divided in some way. Columns
  /// that take no part have at least the 1 of their own identity.
  private static func constants(
    _ frame: InducedFrame, _ plan: BlockPlan, _ cache: StructureCache
  ) -> Double {
    var totals: [Double] = []
    for (index, column) in frame.columns.enumerated() {
      var rows: Set<Int> = []
      var total = 0.0
      for place in frame.places[index] {
        // Two terms in one block add before they are squared.
        guard rows.insert(place.row).inserted else { return 0 }
        let row = frame.rows[place.row]
        switch row.terms[place.term].channels {
        case .synthesis, .selector: total += Double(column.channels * column.size * column.size)
        case .analysis: total += Double(row.channels * row.size * row.size)
        }
      }
      totals.append(total)
    }
    var excess = 0.0
    for pair in plan.pairs where pair.left != pair.right && pair.selectorEntries > 0 {
      var entries = 0.0
      for vertical in cache[pair.classes].counts {
        for horizontal in cache[pair.classes].counts {
          let mask = vertical.mask & horizontal.mask
          guard mask & pair.fullMask == 0, mask & pair.selectorMask != 0 else { continue }
          entries += Double(vertical.count * horizontal.count * pair.selectorEntries)
        }
      }
      guard entries > 0 else { continue }
      func total(_ index: Int) -> Double {
        let column = frame.columns[index]
        let others = Double(column.channels * column.size * column.size) - entries
        return totals[index] - max(0, others)
      }
      excess += 2 * entries * entries * entries / (total(pair.left) * total(pair.right))
    }
    return excess
  }

  /// What the units of a chain in the analysis form share with those they read.
  ///
  /// Let x be what unit a of layer j gets from the layer behind it, the sum of squares of the weights
  /// that read a, so that its column has the squared norm 1 + x. Unit k of layer j + 1 and what it
  /// reads share Σ W²/((1 + x)(1 + x_k)) ≥ 1/((1 + m)(1 + x_k)), m the largest x of layer j. And over
  /// the units of a layer Σ 1/(1 + x) is least if one has m and the others share the rest equally,
  /// since 1/(1 + x) is convex. So with one number m for each layer
  ///
  ///   ‖G‖² ≥ K + 2 Σ_{j ≥ 2} β_j(m_j)/(1 + m_{j−1}),   β_j(m) = q (1/(1 + m) + (n − 1)²/(n − 1 + k − m)),
  ///
  /// k units behind reading n = k_j·stride² atoms at each of their q positions. The units of the first
  /// layer share more if they are many (`excessOfFirst`). The minimum over all m is taken layer by layer
  /// over intervals, with the least that each interval allows.
  private static func chain(_ layers: [Layer]) -> Double {
    let intervals = 400
    var costs = [Double](repeating: 0, count: intervals)
    var tops = costs
    for (layer, next) in zip(layers, layers.dropFirst()) {
      let positions = Double(next.outputSize * next.outputSize)
      let (atoms, readers) = (
        Double(layer.width * next.stride * next.stride), Double(next.width)
      )
      // The largest is at least the mean, and at most all.
      let least = readers / atoms
      let step = (readers - least) / Double(intervals)
      var next = [Double](repeating: .infinity, count: intervals)
      for interval in 0..<intervals {
        let bottom = least + Double(interval) * step
        let sum = leastSum(atoms, readers, largest: bottom)
        guard layer.index > 0 else {
          next[interval] = positions * excessOfFirst(layer, atoms, sum) / 2
          continue
        }
        for before in 0..<intervals {
          next[interval] = min(next[interval], costs[before] + positions * sum / (1 + tops[before]))
        }
      }
      costs = next
      tops = (0..<intervals).map { least + Double($0 + 1) * step }
    }
    guard let last = layers.last, last.index > 0 else { return 0 }
    let units = Double(last.width * last.outputSize * last.outputSize)
    return 2 * (zip(costs, tops).map { $0 + units / (1 + $1) }.min() ?? 0)
  }

  /// The least Σ 1/(1 + x) over n atoms that share k, the largest of them having at least a given x.
  private static func leastSum(_ atoms: Double, _ shared: Double, largest: Double) -> Double {
    guard atoms > 1 else { return 1 / (1 + shared) }
    // Convex, and least if all are equal: so the largest is as small as it may be.
    let others = atoms - 1
    return 1 / (1 + largest) + others * others / (others + shared - largest)
  }

  /// What n atoms of the first layer share with one another at least, Σ 1/D over them being at least s.
  ///
  /// The block of G is X + Y, both positive semidefinite: X of what the atoms are in the input's d
  /// dimensions, with the trace σ = Σ 1/D, and Y of what reads them, with 1 − 1/D on its diagonal. So
  /// its sum of squares is at least tr X² + tr Y² ≥ σ²/d + Σ (1 − 1/D)² ≥ σ²/d + n − 2σ + σ²/n.
  private static func excessOfFirst(
    _ layer: Layer, _ atoms: Double, _ least: Double
  ) -> Double {
    let side = Double(min(layer.kernel, layer.stride))
    let dimension = Double(layer.inputWidth) * side * side * atoms / Double(layer.width)
    let sum = max(least, 1 / (1 / dimension + 1 / atoms))
    return max(0, sum * sum / dimension - 2 * sum + sum * sum / atoms)
  }
}
