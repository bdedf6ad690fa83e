internal import Architectures
internal import InducedFrames
internal import NetworkGraphs
internal import Networks
internal import SweepSpec

/// The dictionaries that the representations of a network have: those of their operators' weights.
struct LayerDictionaries {
  /// The weights of an operator, group by group.
  struct Dictionary {
    /// The place of its tensor among those of the frame.
    let tensor: Int
    /// The shape of one group.
    let shape: LayerCoherence.Shape
    /// The number of groups.
    let groups: Int
  }

  /// The frame whose tensors are the weights.
  let frame: NetworkFrame
  /// For each representation, the input first, the dictionaries of the operators that first reach it.
  let ofRepresentations: [[Dictionary]]

  /// Finds the dictionaries of a network; nil if it has no induced frame.
  init?(_ point: PointNetwork, network: () -> BuiltNetwork) {
    if let architecture = point.layerFramed {
      guard let frame = NetworkFrame(architecture, network: network) else { return nil }
      self.frame = frame
      var place = 0
      ofRepresentations =
        [[]]
        + architecture.layers.map { layer in
          let own = Dictionary(tensor: place, shape: LayerCoherence.Shape(layer), groups: 1)
          place += layer.skip?.projectionStride == nil ? 1 : 2
          return [own]
        }
      return
    }
    let built = network()
    guard let units = try? built.units() else { return nil }
    frame = NetworkFrame(units)
    var known: [Int: Dictionary] = [:]
    for (place, own) in units.operators.enumerated() {
      guard let shape = LayerCoherence.Shape(own) else { continue }
      known[own.node] = Dictionary(tensor: place, shape: shape, groups: own.groups)
    }
    let dictionaries = known
    ofRepresentations = built.operatorsOfRepresentations.map { nodes in
      nodes.compactMap { dictionaries[$0] }
    }
  }

  /// All dictionaries, each once.
  var all: [Dictionary] {
    var seen: Set<Int> = []
    return ofRepresentations.flatMap { $0 }.filter { seen.insert($0.tensor).inserted }
  }
}

extension LayerDictionaries.Dictionary {
  /// The largest coherence of all groups.
  func coherence(_ tensor: WeightTensor, shouldStop: () throws -> Void) rethrows -> Double {
    let count = tensor.values.count / groups
    var largest = 0.0
    for group in 0..<groups {
      let part = WeightTensor(
        rows: shape.rows, columns: shape.columns, kernel: shape.kernel,
        values: Array(tensor.values[group * count..<(group + 1) * count]))
      let own = try LayerCoherence(of: part, stride: shape.stride, shouldStop: shouldStop)
      guard !own.coherence.isNaN else { return .nan }
      largest = max(largest, own.coherence)
    }
    return largest
  }
}
