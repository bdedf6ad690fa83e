internal import NetworkGraphs
internal import Networks
internal import RandomNumbers
internal import SweepRecords
internal import SweepSpec

/// How long what a network makes of random inputs is, beside the inputs.
///
/// **Source**: Hanin and Rolnick (2018), "How to start training: the effect of initialization and
/// architecture", failure mode 1.
struct ActivationLengthMeasurement: Measurement {
  static let section = "activation_length"
  static let keys = ["inputs"]
  static let expected = "a mapping (inputs: 16)"
  static let allColumns = [
    Column.perDraw(
      "activation_length", "activation length",
      "mean square of the last representation over that of the input, mean over standard normal "
        + "inputs")
  ]

  /// The number of random inputs.
  let inputCount: Int

  init?(_ given: GivenSection, _ reading: inout Reading) {
    guard let entry = given.entries.first,
      let count = reading.integer(entry.value, "\(given.keyPath).inputs", in: 1...1_024)
    else { return nil }
    inputCount = count
  }

  var canonicalText: String { "inputs: \(inputCount)" }
  var columns: [Column] { Self.allColumns }

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    let one = context.representationCost(images: inputCount)
    cost.flops += one.flops
    cost.seconds += one.seconds
    cost.bytes = max(cost.bytes, one.bytes)
  }

  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    let dimension = context.network.inputShape.count
    // The same inputs for all draws and all points of a shape, whatever the sweep.
    var stream = RandomKey(domain: "framesweep activation length", seed: 0).stream
    let images = (0..<inputCount).map { _ in stream.nextNormals(dimension) }
    let last = context.network.representations.count - 1
    var (before, sum) = (0.0, 0.0)
    try context.visitRepresentations(of: images) { layer, values in
      let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      if layer == 0 { before = square }
      if layer == last { sum += square / before }
    }
    let length = sum / Double(inputCount)
    guard length.isFinite else {
      throw NonfiniteResult(values.name(of: Self.allColumns[0].id), of: context.draw, length)
    }
    values.set(Self.allColumns[0].id, length, at: context.draw)
  }
}
