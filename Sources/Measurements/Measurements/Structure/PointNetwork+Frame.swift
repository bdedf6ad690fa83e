internal import Architectures
internal import InducedFrames
internal import NetworkGraphs
internal import Networks
internal import SweepSpec

extension PointNetwork {
  /// The counts of the induced frame; nil if there is none.
  func frameStructure(cache: inout StructureCache) -> FrameStructure? {
    switch self {
    case .architecture(let architecture):
      if architecture.hasLayerFrame { return FrameStructure(architecture, cache: &cache) }
      return inducedFrame.map { FrameStructure($0.frame, cache: &cache) }
    case .file(let network):
      guard case .frame(let atoms, let dimension, let nonzeros) = network.frame else { return nil }
      return FrameStructure(
        atomCount: atoms, frameDimension: dimension, gramNonzeros: nonzeros)
    }
  }

  /// The induced frame; nil if there is none, or if the network's file was not read.
  var inducedFrame: NetworkFrame? {
    switch self {
    case .architecture(let architecture): NetworkFrame(architecture) { build() }
    case .file(let network):
      (try? network.contents?.standard.network.units()).map { NetworkFrame($0) }
    }
  }
}

extension PointContext {
  /// The tensors of the induced frame at the weights that the point has now.
  mutating func tensors(of frame: NetworkFrame) -> [WeightTensor] {
    if case .file(let file) = point.network, let standard = file.contents?.standard {
      return frame.tensors(of: standard.parameters, in: standard.network)
    }
    return frame.tensors(of: presentParameters, in: network)
  }
}
