/// A number that a preset leaves open.
///
/// Raw values are the option's key in sweep files. An option that a preset does not have takes no
/// part in its networks.
public enum PresetOption: String, Sendable, CaseIterable {
  /// The place of a network in a search space, counted from 0.
  case index = "preset_index"
  /// The factor k by which a wide residual network is wider than a plain one.
  case widen = "preset_widen"
  /// The width of the layers of a dense block, the growth rate.
  case growth = "preset_growth"
  /// The width of the layers that skips join.
  case wide = "preset_wide"
  /// The width of the layers between them.
  case narrow = "preset_narrow"
  /// The number of blocks, each of them two layers.
  case blocks = "preset_blocks"

  /// The values that make sense for every preset that has the option.
  ///
  /// `Architecture` refuses combinations of them whose counts do not fit.
  public var range: ClosedRange<Int> {
    switch self {
    case .index: 0...(Preset.sizeSpaceCount - 1)
    case .widen: 1...10_000
    case .growth, .wide, .narrow: 1...1_000_000
    case .blocks: 1...4_999
    }
  }
}
