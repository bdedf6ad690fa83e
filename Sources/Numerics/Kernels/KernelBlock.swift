internal import Architectures

/// Carries a block of pairs of images through a network, layer by layer.
///
/// A pair's entries are a matrix: for a flattened readout of the rows and columns of pixels that both
/// images have; for a pooled one of pairs of rows and pairs of columns, the first of either being the first
/// image's.
struct KernelBlock {
  /// The kernel and the tangent kernel of a representation, pair behind pair.
  private struct State {
    var kernel: [Double]
    var tangent: [Double]
  }

  private let plan: KernelPlan
  private var products: [Double] = []
  private var scratch: [Double] = []

  init(_ plan: KernelPlan) { self.plan = plan }

  /// Both kernels of outputs for each pair.
  mutating func kernels(
    of pairs: ArraySlice<(Int, Int)>, _ images: [[Double]], _ variances: KernelVariances,
    shouldStop: () throws -> Void
  ) throws -> [(nngp: Double, ntk: Double)] {
    let network = plan.network
    var states: [State?] = [inputs(pairs, images)]
    var sums: [State?] = [nil]
    for (index, layer) in network.layers.enumerated() {
      try shouldStop()
      var (state, weights) = reading(layer, index, states, sums, pairs: pairs.count)
      setProducts(pairs, variances, layer: index)
      sums.append(plan.lastSkips[index + 1] > index ? state : nil)
      unsafe network.activation.apply(
        count: state.kernel.count, kernel: &state.kernel, tangent: &state.tangent,
        products: &products, weights)
      states.append(state)
      for earlier in states.indices {
        if plan.lastReaders[earlier] == index { states[earlier] = nil }
        if plan.lastSkips[earlier] == index { sums[earlier] = nil }
      }
    }
    let last = read(network.features, states, pairs: pairs.count)
    let entries = plan.entries(network.features[0].representation)
    let size = network.size(network.features[0].representation)
    let channels = network.features.reduce(0) { $0 + $1.channels }
    let features = plan.readout == .pooled ? channels : channels * Double(size * size)
    return (0..<pairs.count).map { pair in
      let places = pair * entries..<(pair + 1) * entries
      let value = last.kernel[places].reduce(0, +) / Double(entries)
      let tangent = last.tangent[places].reduce(0, +) / Double(entries)
      return (value, tangent + (network.parameterization == .standard ? features : 1) * value)
    }
  }

  /// What a layer's activation is applied to, and what weights still have to make of it.
  ///
  /// A sum of several terms, and one that is added to others later, is made here. A single convolution's
  /// weights are left to the activation, which saves a pass.
  private mutating func reading(
    _ layer: KernelNetwork.Layer, _ index: Int, _ states: [State?], _ sums: [State?], pairs: Int
  ) -> (State, KernelWeights) {
    func term(_ place: Int) -> State {
      let state = read(layer.convolutions[place].sources, states, pairs: pairs)
      return plan.axes[index][place].map { summed(state, $0, pairs: pairs) } ?? state
    }
    let isAdded = plan.lastSkips[index + 1] > index
    if layer.convolutions.count == 1, layer.skip == nil, !isAdded {
      return (term(0), KernelWeights(layer.convolutions[0]))
    }
    let entries = plan.entries(index + 1)
    var sum = State(kernel: room(entries, pairs: pairs), tangent: room(entries, pairs: pairs))
    if let skip = layer.skip {
      guard let stream = sums[skip] else {
        preconditionFailure("a sum is kept as long as it is added")
      }
      sum = stream
    }
    for (place, convolution) in layer.convolutions.enumerated() {
      let own = term(place)
      KernelWeights(convolution).add(own.kernel, own.tangent, to: &sum.kernel, &sum.tangent)
    }
    return (sum, .none)
  }

  /// The mean over what is read side by side, weighted by channels.
  static func joined(
    _ sources: [KernelNetwork.Source], entries: Int, _ values: (Int) -> [Double]
  ) -> [Double] {
    guard sources.count > 1 else { return values(sources[0].representation) }
    let channels = sources.reduce(0) { $0 + $1.channels }
    var sum = [Double](repeating: 0, count: entries)
    for source in sources {
      let share = source.channels / channels
      let own = values(source.representation)
      for place in 0..<entries { sum[place] += share * own[place] }
    }
    return sum
  }

  private func read(
    _ sources: [KernelNetwork.Source], _ states: [State?], pairs: Int
  ) -> State {
    func state(_ representation: Int) -> State {
      guard let state = states[representation] else {
        preconditionFailure("a representation is kept as long as it is read")
      }
      return state
    }
    let entries = state(sources[0].representation).kernel.count
    return State(
      kernel: Self.joined(sources, entries: entries) { state($0).kernel },
      tangent: Self.joined(sources, entries: entries) { state($0).tangent })
  }

  /// The room for the entries of all pairs: whole lanes.
  private func room(_ entries: Int, pairs: Int) -> [Double] {
    [Double](repeating: 0, count: (entries * pairs + 7) / 8 * 8)
  }

  private func inputs(_ pairs: ArraySlice<(Int, Int)>, _ images: [[Double]]) -> State {
    let (channels, size) = (plan.network.input.channels, plan.network.input.size)
    let entries = plan.entries(0)
    var kernel = room(entries, pairs: pairs.count)
    let share = 1 / Double(channels)
    for (place, (first, second)) in pairs.enumerated() {
      let start = place * entries
      let (own, others) = (images[first], images[second])
      guard plan.readout == .pooled, size > 1 else {
        for pixel in 0..<entries {
          var sum = 0.0
          for entry in stride(from: pixel, to: channels * entries, by: entries) {
            sum += share * own[entry] * others[entry]
          }
          kernel[start + pixel] = sum
        }
        continue
      }
      for channel in 0..<channels {
        for row in 0..<size {
          for otherRow in 0..<size {
            let line = row * size + otherRow
            let one = (channel * size + row) * size
            let other = (channel * size + otherRow) * size
            for column in 0..<size {
              let value = share * own[one + column]
              let target = start + (line * size + column) * size
              for otherColumn in 0..<size {
                kernel[target + otherColumn] += value * others[other + otherColumn]
              }
            }
          }
        }
      }
    }
    return State(kernel: kernel, tangent: [Double](repeating: 0, count: kernel.count))
  }

  private mutating func summed(_ state: State, _ axis: KernelAxis, pairs: Int) -> State {
    let entries = axis.count * axis.count
    let sourceEntries = axis.sourceCount * axis.sourceCount
    if scratch.count < axis.count * axis.sourceCount {
      scratch = [Double](repeating: 0, count: axis.count * axis.sourceCount)
    }
    let (used, room) = (entries * pairs, (entries * pairs + 7) / 8 * 8)
    func sum(_ source: [Double], _ scratch: inout [Double]) -> [Double] {
      unsafe [Double](unsafeUninitializedCapacity: room) { target, count in
        unsafe source.withUnsafeBufferPointer { source in
          unsafe scratch.withUnsafeMutableBufferPointer { scratch in
            guard let from = source.baseAddress, let to = target.baseAddress,
              let between = scratch.baseAddress
            else { return }
            for pair in 0..<pairs {
              unsafe axis.sum(
                from + pair * sourceEntries, into: to + pair * entries, scratch: between)
            }
            unsafe (to + used).update(repeating: 0, count: room - used)
            count = room
          }
        }
      }
    }
    return State(kernel: sum(state.kernel, &scratch), tangent: sum(state.tangent, &scratch))
  }

  /// Multiplies the numbers of the variances of both images of each entry.
  private mutating func setProducts(
    _ pairs: ArraySlice<(Int, Int)>, _ variances: KernelVariances, layer: Int
  ) {
    let size = plan.network.layers[layer].outputSize
    let entries = plan.entries(layer + 1)
    // Lanes without an entry are as of variances 1 and a covariance of 0.
    let room = (entries * pairs.count + 7) / 8 * 8
    if products.count < room { products = [Double](repeating: 1, count: room) }
    for place in entries * pairs.count..<room { products[place] = 1 }
    unsafe products.withUnsafeMutableBufferPointer { products in
      var place = 0
      for (first, second) in pairs {
        let one = variances[layer, first]
        let other = variances[layer, second]
        if plan.readout == .flatten {
          for pixel in 0..<entries { unsafe products[place + pixel] = one[pixel] * other[pixel] }
          place += entries
          continue
        }
        for row in 0..<size {
          for otherRow in 0..<size {
            for column in 0..<size {
              let number = one[row * size + column]
              for otherColumn in 0..<size {
                unsafe products[place + otherColumn] = number * other[otherRow * size + otherColumn]
              }
              place += size
            }
          }
        }
      }
    }
  }
}
