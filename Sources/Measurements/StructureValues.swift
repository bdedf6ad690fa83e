public import Architectures
public import InducedFrames
public import SweepRecords

/// What follows from an architecture alone; results files hold it for pending points too.
public struct StructureValues: Sendable {
  /// The number of weights, projections included.
  public let parameterCount: Int
  /// Operations of one image's forward pass.
  public let forwardFLOPs: Int
  /// Atoms, dimension and nonzeros of the induced frame.
  public let frame: FrameStructure

  /// Counts an architecture's weights, operations, atoms and nonzeros.
  public init(_ architecture: Architecture, cache: inout StructureCache) {
    parameterCount = architecture.parameterCount
    forwardFLOPs = architecture.forwardFLOPs
    frame = FrameStructure(architecture, cache: &cache)
  }

  /// Stores the values in a record's columns.
  public func store(in values: inout RecordValues) {
    values.set(.parameterCount, parameterCount)
    values.set(.atomCount, frame.atomCount)
    values.set(.frameDimension, frame.frameDimension)
    values.set(.gramNonzeros, frame.gramNonzeros)
    values.set(.forwardFLOPs, forwardFLOPs)
    values.set(.layerwiseWelchPotential, frame.layerwiseWelchPotential)
  }
}
