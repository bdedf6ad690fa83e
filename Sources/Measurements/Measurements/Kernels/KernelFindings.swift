internal import Kernels
internal import SweepSpec

/// What measurements found of networks of infinite width, which points that differ in their seeds share.
struct KernelFindings {
  /// A network and the measurement that looked at it.
  private struct Key: Hashable {
    let section: String
    let network: KernelNetwork
  }

  /// So many are remembered; then all of them are forgotten.
  private static let limit = 256

  /// What was found; nil for a network whose kernels overflow or whose statistic has no value.
  private var known: [Key: (any Sendable)?] = [:]

  /// What a measurement finds of a network, which is computed for the first of the points that share it.
  ///
  /// - Parameters:
  ///   - section: the measurement's.
  ///   - network: the network; nil if its kernels have no closed form.
  ///   - compute: computes the finding, which depends on the network only; nil if there is no value.
  ///
  /// **Throws**: what `compute` throws; nothing is remembered then.
  mutating func finding<Found: Sendable>(
    _ section: String, of network: KernelNetwork?, _ compute: (KernelNetwork) throws -> Found?
  ) rethrows -> (status: StatisticStatus, found: Found?) {
    guard let network else { return (.notDefined, nil) }
    let key = Key(section: section, network: network)
    if let known = known[key] { return (known == nil ? .failed : .ok, known as? Found) }
    let found = try compute(network)
    if known.count >= Self.limit { known = [:] }
    known.updateValue(found, forKey: key)
    return (found == nil ? .failed : .ok, found)
  }
}
