internal import Architectures
internal import InducedFrames
internal import NetworkGraphs
internal import Networks
internal import SweepSpec

/// What measuring one point needs.
struct PointContext {
  let sweep: SweepMeasurements
  let point: Point
  /// The images that networks are measured and trained on.
  let images: SweepImages
  let structure: StructureValues
  /// What the statistics of frames have in common from point to point.
  var cache: StructureCache
  /// What measurements found of networks of infinite width.
  var kernelFindings: KernelFindings
  /// Throws once the point takes too long or too much memory.
  let shouldStop: () throws -> Void
  /// Where the states of long trainings are kept; nil for nowhere.
  let checkpoints: TrainingCheckpoints?
  /// Is called after each epoch of a training.
  let afterEpoch: () throws -> Void
  /// Whether a test asks for a statistic that is no number.
  let isSpoiled: Bool
  /// The number of the random initialisation that is measured.
  var draw = 0
  /// What a measurement keeps of the draws before, by its section, of trained weights apart.
  var kept: [String: any Sendable] = [:]
  /// The statistics that batch normalisations have by draw, if they are those of images.
  var measuredStatistics: [Int: [[Double]]] = [:]
  /// The network without a classifier, built when it is first asked for.
  private(set) lazy var network: BuiltNetwork = point.network.build()
  /// The induced frame, found when it is first asked for; nil if there is none.
  private(set) lazy var frame: NetworkFrame? = point.network.inducedFrame
  /// The parameters of the draw, or what training made of them.
  var parameters: GraphParameters?

  /// The parameters of the draw; a precondition says that a draw is measured.
  var presentParameters: GraphParameters {
    guard let parameters else { preconditionFailure("networks are measured at weights") }
    return parameters
  }

  /// The statistics of batch normalisations at the draw's start; nil for those that torch starts from.
  var statistics: [[Double]]? { measuredStatistics[draw] }

  /// How the weights of the draws are drawn; a precondition says that they come from no file.
  var randomWeights: RandomWeights {
    guard case .random(let random, _) = point.weights else {
      preconditionFailure("only random weights are started from")
    }
    return random
  }

  /// The images of a measurement as it prepared them.
  func images<Of: ImageMeasurement>(of measurement: Of.Type) -> Of.Prepared {
    guard let prepared = images.prepared[Of.section] as? Of.Prepared else {
      preconditionFailure("a sweep that measures \(Of.section) has loaded its images")
    }
    return prepared
  }
}
