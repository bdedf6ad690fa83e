import SweepRecords
import TestSupport
import Testing

@testable import Measurements
@testable import SweepStore

extension ResultFileTests {
  private static let neuralLayout = RecordLayout(
    Registry.schema,
    measuring: [
      "neural_gain_mean", "neural_gain", "neural_valid_images", "neural_subspace_overlap_mean",
    ],
    extents: neuralExtents)

  private static let neuralExtents: TableExtents = {
    var extents = TableExtents(draws: 2, layers: 4)
    extents.set(.perturbation, [0, 3], labels: ["augmentation", "generative"])
    extents.set(.perturbationPair, [0], labels: ["augmentation|generative"])
    extents.set("perturbation_a", [0])
    extents.set("perturbation_b", [3])
    extents.set(.image, [5, 17, 900])
    return extents
  }()

  /// Writes a file of three points: point 1 is done and its values say where they are.
  func writeNeuralFrames() throws {
    let layout = Self.neuralLayout
    var values = RecordValues(layout: layout, draws: 2)
    for draw in 0..<2 {
      for family in 0..<2 {
        for layer in 0..<4 {
          let place = 10 * draw + family
          values.set(
            "neural_gain_mean", Double(10_000 + 100 * place + layer), at: [draw, family, layer])
          values.set("neural_valid_images", 3, at: [draw, family, layer])
          for image in 0..<3 {
            let value = Double(10 * place + layer) + 0.25 * Double(image)
            values.set("neural_gain", value, at: [draw, family, layer, image])
          }
        }
      }
    }
    let record = Record(point: 1, status: .ok, draws: 2, values: values.bytes)
    try ResultFile.write(
      Sample.description(points: 3, layout: layout), from: journal([record], points: 3), to: output)
  }

  @Test("Neural frames have dimensions of their own, NaN and 0 where nothing was computed")
  func neuralColumns() throws {
    try writeNeuralFrames()
    let reader = try ResultReader.open(output)
    let names = try reader.columns(among: Registry.schema).map(\.name)
    #expect(
      names.prefix(6) == ["point", "draw", "layer", "perturbation", "perturbation_pair", "image"])
    #expect(
      names.suffix(6) == [
        "neural_gain_mean", "neural_valid_images", "neural_gain", "neural_subspace_overlap_mean",
        "perturbation_a", "perturbation_b",
      ])
    #expect(try reader.integers("perturbation") == [0, 3])
    #expect(try reader.integers("image") == [5, 17, 900])
    #expect(try reader.integers("perturbation_b") == [3])
    let gains = try reader.numbers("neural_gain")
    #expect(gains.count == 3 * 2 * 2 * 4 * 3)
    #expect(gains[48 + (1 * 2 + 1) * 12 + 2 * 3 + 2] == 112.5)
    #expect(gains[..<48].allSatisfy(\.isNaN) && gains[96...].allSatisfy(\.isNaN))
    #expect(try reader.integers("neural_valid_images").reduce(0, +) == 3 * 16)
    let checksum = reader.dataSHA256
    #expect(try reader.recomputedDataSHA256() == checksum)
    #expect(
      try reader.texts("perturbation_pair_name", in: "labels") == ["augmentation|generative"])
  }
}
