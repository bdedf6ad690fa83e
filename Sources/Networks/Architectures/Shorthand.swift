/// Stages written by a rule instead of one by one.
///
/// Stage s (from 0) has `stageDepth` layers of width `width · widenˢ`, rounded to the nearest integer;
/// in a dense network with a `growth` only its first layer has, and the others have width `growth`.
public struct Shorthand: Hashable, Sendable {
  /// The most layers that a rule may stand for.
  public static let layerLimit = 10_000
  /// The width that no stage exceeds.
  static let widthLimit = 999_999_999

  /// Layers per stage, at least 1.
  public var stageDepth: Int
  /// The width of the first stage, at least 1.
  public var width: Int
  /// The number of stages, at least 1.
  public var stageCount: Int
  /// A stage's width over the previous one's, positive.
  public var widen: Double
  /// The side of all kernels, odd.
  public var kernel: Int
  /// The stride of the first layer of every stage but the first.
  public var stride: Int
  /// In dense networks the width of all layers of a stage but the first; nil for the stage's own.
  public var growth: Int?
  /// In dense networks a transition's channels over those that it reads; nil for the stage's own width.
  public var compression: Double?
  /// Whether the layers are those of a family that counts blocks.
  public var countsBlocks = false

  /// Makes a rule; `stages(for:)` and `Architecture` check it.
  public init(
    stageDepth: Int, width: Int, stageCount: Int = 1, widen: Double = 2, kernel: Int,
    stride: Int = 2, growth: Int? = nil
  ) {
    self.stageDepth = stageDepth
    self.width = width
    self.stageCount = stageCount
    self.widen = widen
    self.kernel = kernel
    self.stride = stride
    self.growth = growth
  }

  /// The kernel of an architecture that names none: 3, or 1 where images are single pixels.
  ///
  /// ConvNeXts have 7.
  public static func defaultKernel(inputSize: Int, family: Family = .chain) -> Int {
    if inputSize == 1 || family.countsBlocks { return 1 }
    return family == .convnext ? 7 : 3
  }

  /// The stages that the rule stands for.
  ///
  /// **Throws**: `ArchitectureError` where a count is not positive or a width does not fit.
  public func stages(for family: Family) throws(ArchitectureError) -> [Stage] {
    guard stageCount >= 1 else { throw .noStage }
    guard stageDepth >= 1 else { throw .emptyStage(stage: 0) }
    var stages: [Stage] = []
    var exact = Double(width)
    for index in 0..<stageCount {
      let rounded = exact.rounded()
      guard rounded >= 1 else {
        throw .width(rounded > -1e9 ? Int(rounded) : 0, stage: index, layer: 0)
      }
      guard rounded <= Double(Self.widthLimit) else {
        throw .tooWide(Int(min(rounded, 1e18)), stage: index)
      }
      guard stageDepth < 1_000_000 else { throw .tooLarge }
      var widths = [Int](repeating: Int(rounded), count: stageDepth)
      if family == .dense, let compression, let last = stages.last {
        let read = last.widths.reduce(0, +)
        widths[0] = max(1, Int(Double(read) * compression))
      }
      if family == .dense, let growth {
        for layer in 1..<max(stageDepth, 1) { widths[layer] = growth }
      }
      stages.append(Stage(widths: widths, kernel: kernel, stride: index == 0 ? 1 : stride))
      exact *= widen
    }
    return stages
  }

  /// The value of a key of rules; nil for other keys, and for a growth that is not given.
  public subscript(key: ArchitectureKey) -> KeyValue? {
    switch key {
    case .blocks: countsBlocks ? .integer(stageDepth) : nil
    case .width: .integer(width)
    case .compression: compression.map { .real($0) }
    case _ where countsBlocks: nil
    case .stageDepth: .integer(stageDepth)
    case .stageCount: .integer(stageCount)
    case .widen: .real(widen)
    case .kernel: .integer(kernel)
    case .stride: .integer(stride)
    case .growth: growth.map { .integer($0) }
    default: nil
    }
  }
}
