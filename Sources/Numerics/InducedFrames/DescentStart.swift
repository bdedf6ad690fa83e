/// Where a descent starts, the same on every run.
///
/// Random numbers come from Steele, Lea & Flood's SplitMix and depend on the key only.
struct DescentStart {
  private var state: UInt64

  /// Makes a start.
  ///
  /// - Parameter key: what random numbers are keyed by.
  init(key: UInt64) { state = key }

  /// A key that depends on bytes and a number only: Fowler, Noll & Vo's hash, FNV-1a.
  static func key(_ bytes: [UInt8], _ number: Int) -> UInt64 {
    var key: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { key = (key ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return key &+ UInt64(number) &* 0xD134_2543_DE82_EF95
  }

  /// A uniform number from −1 to 1.
  private mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return Double(Int64(bitPattern: word ^ word >> 31)) * 0x1p-63
  }

  /// Fills all weights with uniform numbers.
  mutating func fillRandom(_ point: inout [Double]) {
    for index in point.indices { point[index] = uniform() }
  }

  /// Lets all units of each analysed layer read nearly the first channel only, at one tap.
  ///
  /// Exactly there, frames in the analysis form have a critical point, which chains have as their
  /// minimum; signs are drawn and all weights disturbed, so that a descent leaves it where it is a
  /// saddle. Synthesised layers are random: equal atoms are the worst that they can have.
  mutating func fillDegenerate(_ point: inout [Double], _ panels: WeightPanels) {
    fillRandom(&point)
    for panel in panels.panels {
      guard let atoms = panel.interleaved else { continue }
      for index in panel.places {
        point[index] *= 0.01
      }
      let centre = Sampling.centre(kernel: panel.kernel) * (panel.kernel + 1)
      for atom in 0..<atoms {
        point[panel.start + centre * atoms + atom] += uniform() < 0 ? -1 : 1
      }
    }
  }

  /// Lays weights with smaller kernels into larger ones, whose other taps are disturbed from zero.
  ///
  /// - Parameters:
  ///   - point: overwritten.
  ///   - panels: the larger kernels' panels.
  ///   - smaller: the numbers of the smaller kernels' panels.
  ///   - smallerPanels: those panels.
  ///   - disturbance: the largest magnitude of the other taps before atoms are normalised.
  mutating func fill(
    _ point: inout [Double], _ panels: WeightPanels, with smaller: [Double],
    _ smallerPanels: WeightPanels, disturbance: Double = 0.001
  ) {
    fillRandom(&point)
    for index in point.indices { point[index] *= disturbance }
    for (panel, source) in zip(panels.panels, smallerPanels.panels) {
      let height = panel.tapHeight
      let shift =
        Sampling.centre(kernel: panel.kernel) - Sampling.centre(kernel: source.kernel)
      for column in 0..<panel.columns {
        for vertical in 0..<source.kernel {
          for horizontal in 0..<source.kernel {
            let tap = (vertical + shift) * panel.kernel + horizontal + shift
            let to = panel.start + column * panel.stride + tap * height
            let from =
              source.start + column * source.stride
              + (vertical * source.kernel + horizontal) * height
            for row in 0..<height { point[to + row] = smaller[from + row] }
          }
        }
      }
    }
  }
}
