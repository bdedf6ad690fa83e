public import SweepSpec

/// The images of a sweep as computing needs them: made once for all points and threads of a process.
public struct SweepImages: Sendable {
  /// What each measurement prepared, by its section.
  let prepared: [String: any Sendable]

  /// No images.
  public init() { prepared = [:] }

  /// Prepares loaded images, and what networks that points are compared with make of them.
  ///
  /// **Throws**: `LAPACKError`, `OneDNNError` and `MemoryRefused`.
  public init(_ inputs: SweepInputs, of spec: Spec) throws {
    var prepared: [String: any Sendable] = [:]
    for measurement in spec.measure.imageMeasurements {
      let section = type(of: measurement).section
      guard let images = inputs.images[section] else { continue }
      prepared[section] = try measurement.prepareAny(
        images, guide: inputs.networks.guides[section]?.network, seed: spec.seed)
    }
    self.prepared = prepared
  }
}

extension Measure {
  /// The measurements that need images of their own, in the order of their columns.
  var imageMeasurements: [any ImageMeasurement] {
    measurements.compactMap { $0 as? any ImageMeasurement }.filter { $0.data != nil }
  }
}
