public import Architectures

/// What the predictions for an architecture follow from besides its widths.
///
/// The widths of a network are few different numbers. Channels of columns are one of these, and channels
/// of rows are sums of them.
struct ArchitectureShape: Sendable {
  /// Equal for architectures of one shape.
  struct Key: Hashable, Sendable {
    fileprivate let options: KeyValues
    /// Family, form, the side of the input; for each stage kernel, stride and runs of equal widths.
    fileprivate let numbers: [Int]

    /// About the memory that it takes, in numbers.
    var size: Int { numbers.count + 8 }
  }

  /// A frame of such architectures.
  struct Frame: Sendable {
    /// A sum of widths: how often each of them is taken.
    typealias WidthSum = [(width: Int32, times: Double)]

    /// Weights of as many atoms and inputs as others.
    struct Weights: Sendable {
      let atoms: Int32
      let inputs: Int32
      /// The taps of all of them.
      var taps: Int
    }

    fileprivate let statistics: StatisticsShape
    /// What each role of rows is the sum of.
    fileprivate let sums: [WidthSum]
    fileprivate let weights: [Weights]

    var size: Int {
      statistics.size + 4 * weights.count + sums.reduce(0) { $0 + 2 + 2 * $1.count }
    }
  }

  /// Whether the minimum of the potential has a closed form.
  let hasClosedForm: Bool
  /// Whether layers are tied to one another by kernels that wrap only.
  let isSeparable: Bool
  /// The induced frame.
  let frame: Frame
  /// The frame of weights with as many taps as strides read; nil if these are all.
  let concentrated: Frame?

  /// About the memory that it takes, in numbers.
  var size: Int { frame.size + (concentrated?.size ?? 0) + 8 }

  /// The key of an architecture's shape, and its different widths, the input's channels first.
  static func key(of architecture: Architecture) -> (key: Key, widths: [Int]) {
    var numbers: [Int] = []
    numbers.reserveCapacity(4 + 6 * architecture.stages.count)
    var widths = [architecture.input.channels]
    numbers.append(Int(architecture.family.rawValue) << 8 | Int(architecture.form.rawValue))
    numbers.append(architecture.input.size)
    for stage in architecture.stages {
      numbers.append(stage.kernel)
      numbers.append(stage.stride)
      var (last, role, count) = (-1, 0, 0)
      for width in stage.widths {
        if width == last {
          count += 1
          continue
        }
        if count > 0 { numbers.append(role << 32 | count) }
        (last, count) = (width, 1)
        role = Self.role(of: width, in: &widths)
      }
      numbers.append(role << 32 | count)
      // No run is 0 layers long.
      numbers.append(0)
    }
    return (Key(options: architecture.options, numbers: numbers), widths)
  }

  /// The place of a layer's width behind that of the input, which varies by itself.
  private static func role(of width: Int, in widths: inout [Int]) -> Int {
    if let known = widths.dropFirst().lastIndex(of: width) { return known }
    widths.append(width)
    return widths.count - 1
  }

  init(_ architecture: Architecture, widths: [Int], cache: inout StructureCache) {
    let layers = architecture.layers
    hasClosedForm = ExactMinimum(layers: layers, form: architecture.form) != nil
    isSeparable = FrameMinimum.Effort.isSeparable(layers, architecture.form)
    frame = Frame(layers, form: architecture.form, widths, &cache)
    // Nobody searches where there is a closed form.
    let smaller = hasClosedForm ? nil : MinimumSearch.concentrated(layers)
    concentrated = smaller.map { Frame($0, form: architecture.form, widths, &cache) }
  }
}

extension ArchitectureShape.Frame {
  fileprivate init(
    _ layers: [Layer], form: Form, _ widths: [Int], _ cache: inout StructureCache
  ) {
    let frame = InducedFrame(layers: layers, form: form)
    var numbers: [Int: Int32] = [:]
    for (number, width) in widths.enumerated().dropFirst() { numbers[width] = Int32(number) }
    func role(_ layer: Int?) -> Int32 {
      guard let layer else { return 0 }
      guard let number = numbers[layers[layer].width] else {
        preconditionFailure("a width of another architecture")
      }
      return number
    }
    var sums: [WidthSum] = []
    var known: [[Double]: Int32] = [:]
    func sum(of roles: some Sequence<Int32>) -> Int32 {
      var times = [Double](repeating: 0, count: widths.count)
      for role in roles { times[Int(role)] += 1 }
      if let number = known[times] { return number }
      let number = Int32(sums.count)
      known[times] = number
      sums.append(
        times.enumerated().filter { $0.element > 0 }.map { (Int32($0.offset), $0.element) })
      return number
    }
    var weights: [Weights] = []
    var places: [Int64: Int] = [:]
    func add(_ atoms: Int32, _ inputs: Int32, taps: Int) {
      let key = Int64(atoms) << 32 | Int64(inputs)
      if let place = places[key] {
        weights[place].taps += taps
      } else {
        places[key] = weights.count
        weights.append(Weights(atoms: atoms, inputs: inputs, taps: taps))
      }
    }
    var rows: [Int32] = []
    for layer in layers {
      let inputs = sum(of: layer.sources.lazy.map { role($0.layer) })
      add(role(layer.index), inputs, taps: layer.kernel * layer.kernel)
      if let skip = layer.skip, skip.projectionStride != nil {
        add(role(layer.index), sum(of: CollectionOfOne(role(skip.layer))), taps: 1)
      }
      let synthesises = form == .synthesis || layer.index == 0
      rows.append(synthesises ? inputs : sum(of: CollectionOfOne(role(layer.index))))
    }
    let roles = ChannelRoles(
      columns: layers.map { role($0.index) }, columnRoleCount: widths.count, rows: rows,
      rowRoleCount: sums.count)
    statistics = StatisticsShape(frame, roles: roles, cache: &cache)
    self.sums = sums
    self.weights = weights
  }

  /// The statistics' cost and the number of weights at given widths.
  func work(widths: [Int]) -> (cost: StatisticsCost, weightCount: Int) {
    let columns = widths.map(Double.init)
    let rows = sums.map { sum in
      sum.reduce(0.0) { $0 + $1.times * columns[Int($1.width)] }
    }
    var count = 0
    for part in weights {
      count += widths[Int(part.atoms)] * Int(rows[Int(part.inputs)]) * part.taps
    }
    return (
      StatisticsCost(statistics, columns: columns, rows: rows, weightCount: count, nil), count
    )
  }
}

/// What the frame of an architecture takes, found without the frame.
public struct ArchitectureWork: Sendable {
  /// The number of weights, projections included, biases not.
  public let weightCount: Int
  /// What the statistics at one draw of weights take, without frame bounds.
  public let statistics: StatisticsCost
  /// Whether the minimum of the potential has a closed form.
  let hasClosedForm: Bool
  /// How hard a search tries.
  let effort: FrameMinimum.Effort
  /// What the statistics of weights with as many taps as strides read take, and their number; nil if these
  /// are all weights, or if there is a closed form.
  let concentrated: (statistics: StatisticsCost, weightCount: Int)?

  /// Counts what the frame of an architecture takes.
  ///
  /// - Precondition: the layers are the units of the induced frame (`hasLayerFrame`).
  ///
  /// **Complexity**: O(layers), about a microsecond, for shapes that the cache has.
  public init(_ architecture: Architecture, cache: inout StructureCache) {
    let (shape, widths) = cache.shape(of: architecture)
    hasClosedForm = shape.hasClosedForm
    (statistics, weightCount) = shape.frame.work(widths: widths)
    effort = FrameMinimum.Effort(weightCount: weightCount, isSeparable: shape.isSeparable)
    concentrated = shape.concentrated.map {
      let work = $0.work(widths: widths)
      return (work.cost, work.weightCount)
    }
  }
}
