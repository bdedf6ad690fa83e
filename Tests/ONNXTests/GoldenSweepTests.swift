import Architectures
import Foundation
import HDF5
import ImageData
import Measurements
import Networks
import SweepRecords
import SweepSpec
import TestSupport
import Testing

@Suite(
  "Golden values of networks from files, as results of sweeps",
  .enabled(if: RealNetworks.areThere, RealNetworks.missing))
struct GoldenSweepTests {
  @Test("A sweep in double precision finds them", arguments: GoldenNetwork.tiny)
  func double(_ golden: GoldenNetwork) throws {
    try compare(golden, precision: "float64", relative: 1e-6, absolute: 1e-9)
  }

  @Test("A sweep in single precision finds them to a thousandth", arguments: GoldenNetwork.small)
  func single(_ golden: GoldenNetwork) throws {
    // Cosines of orthogonal directions are rounding: 1e-3 of them would be below that of a float.
    try compare(golden, precision: "float32", relative: 1e-3, absolute: 1e-6)
  }

  @Test("Folded batch normalisation changes nothing")
  func folded() throws {
    let golden = try #require(GoldenNetwork.all.first { $0.model == "resnet20.onnx" })
    try compare(
      golden, model: "resnet20.bn-kept.onnx", precision: "float32", relative: 1e-3, absolute: 1e-6)
  }

  private func compare(
    _ golden: GoldenNetwork, model: String? = nil, precision: String, relative: Double,
    absolute: Double
  ) throws {
    let folder = try TemporaryDirectory()
    let record = try SweepOfOneNetwork(
      golden, model: model ?? golden.model, precision: precision, in: folder)
    var seen = 0
    for (place, sample) in golden.samples.enumerated() {
      for (layer, expected) in sample.layers.enumerated() {
        for (family, values) in [expected.augmentation, expected.fourier].enumerated() {
          for (name, value) in values {
            // Norm and mean of the value are no statistics of a frame.
            guard let found = record["neural_\(name)", family, layer + 1, place] else { continue }
            seen += 1
            guard let value else {
              #expect(found.isNaN, "\(name) at \(golden.representations[layer])")
              continue
            }
            #expect(
              isClose(found, value, relative: relative, absolute: absolute),
              "\(name) of image \(sample.image) at \(golden.representations[layer]): \(found), expected \(value)"
            )
          }
        }
      }
    }
    #expect(seen >= 20 * golden.representations.count * golden.samples.count)
    #expect(record.names.dropFirst().elementsEqual(golden.representations))
  }
}

/// The record of a sweep's only point: a golden network at the images of its samples.
private struct SweepOfOneNetwork {
  let record: Record
  let names: [String]
  private let layout: RecordLayout
  private let images: Int

  init(
    _ golden: GoldenNetwork, model: String, precision: String, in folder: TemporaryDirectory
  ) throws {
    images = golden.samples.count
    let set = try golden.imageSet
    let values = try set.values(at: golden.samples.map(\.image))
    let file = try File.create(folder.path("images.h5"))
    do {
      let shape = [images, set.shape.channels, set.shape.size, set.shape.size]
      try file.root().createDataset("images", .float64, shape: shape).write(values)
    }
    try file.close()
    func list(_ numbers: [Double]) -> String {
      "[\(numbers.map { "\($0)" }.joined(separator: ", "))]"
    }
    let path = RealNetworks.names.first { $0 == model || $0.hasSuffix("/\(model)") } ?? model
    let patterns = golden.representations.map { "\"\($0)\"" }.joined(separator: ", ")
    let spec = try SpecReader.read(
      """
      format: 1
      name: golden
      include: [{network: {onnx: "\(RealNetworks.folder)/real/models/\(path)"}}]
      measure:
        neural_frames:
          data: {file: images.h5, normalize: {mean: \(list(golden.mean)), std: \(list(golden.std))}}
          images: \(images)
          perturbations: {augmentation: all, fourier: 6}
          representations: [\(patterns)]
          per_image: true
          precision: \(precision)
      """)
    var inputs = try SweepInputs(opening: spec, folder: folder.path)
    try inputs.loadImages()
    let plan = try inputs.plan(of: spec)
    let sweep = SweepMeasurements(plan, inputs: inputs)
    var computer = PointComputer(
      plan: plan, sweep: sweep, run: 0, rank: 0, inputs: inputs,
      images: try SweepImages(inputs, of: spec))
    record = computer.record(of: 0)
    try #require(record.status == .ok, "\(record.message)")
    layout = sweep.layout
    names = plan.point(at: 0).network.representations.map(\.name)
  }

  /// A statistic of one image; nil if there is no such column.
  subscript(name: String, family: Int, layer: Int, image: Int) -> Double? {
    guard let place = layout.place(of: ColumnID(rawValue: name)) else { return nil }
    let column = layout.columns[place]
    let index = (family * names.count + layer) * images + image
    let start = layout.offsets(draws: 1)[place] + index * column.type.byteCount
    let bits = (0..<column.type.byteCount).reduce(UInt64(0)) { sum, byte in
      sum | UInt64(record.values[start + byte]) << UInt64(8 * byte)
    }
    return column.type == .float64
      ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
  }
}
