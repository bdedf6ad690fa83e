import Architectures
import InducedFrames
import Networks
import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Coherence by layer") struct LayerCoherenceTests {
  init() { BLASLibrary.setThreadCount(1) }

  private func sweep(_ keys: String, train: String = "") throws -> PreparedSweep {
    try PreparedSweep(
      """
      format: 1
      name: coherence
      include:
        - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [5, 4]}, {widths: [3]}]}
      weights: {init: he, draws: 2}
      measure:
        frame: {\(keys)}
        \(train)
      """)
  }

  @Test("Each layer and draw has its own, and each layer its bound") func values() throws {
    let sweep = try sweep("layer_coherence: true")
    let point = sweep.plan.point(at: 0)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    let architecture = try #require(point.network.framed)
    let bounds = try record.numbers(of: "layer_coherence_bound", in: sweep.measurements)
    for layer in architecture.layers {
      let place = layer.index + 1
      let bound = bounds[place]
      #expect(bound == LayerCoherence.bound(of: LayerCoherence.Shape(layer)))
      for draw in 0..<2 {
        let weights = NetworkWeights.heInitialization(
          of: architecture, seed: point.seed, draw: draw)
        let expected = LayerCoherence(
          of: weights.layers[layer.index], stride: layer.stride, shouldStop: {})
        let found = try sweep.value(
          "layer_coherence", of: record, draw: draw, family: 0, layer: place)
        #expect(found == expected.coherence && found >= bound)
      }
    }
    #expect(
      try sweep.value("layer_coherence", of: record, draw: 0, family: 0, layer: 0).isNaN)
  }

  @Test("Sweeps that do not ask for it do not have it") func optional() throws {
    for keys in ["minimum: true", "minimum: true, layer_coherence: false"] {
      let layout = try sweep(keys).measurements.layout
      #expect(layout.place(of: "layer_coherence") == nil)
      #expect(layout.place(of: "layer_coherence_bound") == nil)
    }
  }
}
