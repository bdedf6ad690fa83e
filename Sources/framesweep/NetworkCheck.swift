import Architectures
import ArgumentParser
import Dispatch
import Foundation
import ImageData
import NetworkGraphs
import ONNX
import OpenBLAS
import SweepRunner
import SweepRuntime
import Synchronization

/// A network whose outputs are computed for images.
struct CheckedNetwork {
  /// The file that it comes from.
  let file: String
  let graph: Graph
  let parameters: GraphParameters
  /// The output that is computed, and its name.
  let value: ValueID
  let output: String
  /// The shape of one image, with the batch of one.
  let inputShape: [Int]
  /// Whether the graph takes off the mean and divides by the deviation itself.
  let isNormalizing: Bool
}

/// What a network makes of images: its outputs for a few of them, and how many classes it gets right.
struct NetworkCheck {
  /// The options of the check.
  struct Options: ParsableArguments {
    @Option(
      name: .long,
      help: ArgumentHelp(
        "Images to compute the outputs for: HDF5, IDX (MNIST), the binary versions of CIFAR-10 and "
          + "CIFAR-100, or a folder of PNG and JPEG files.",
        valueName: "images"))
    var check: String?

    @Option(name: .long, help: "Name of the images in an HDF5 file.")
    var dataset = "images"

    @Option(
      name: .long,
      help:
        "Classes of the images: a name in the HDF5 file, another IDX file, a CSV file, or coarse.")
    var labels: String?

    @Option(
      name: .long, parsing: .unconditional, help: "The shorter side that pictures are brought to.")
    var resize: Int?

    @Option(
      name: .long, parsing: .unconditional, help: "The square that is cut from their middle.")
    var crop: Int?

    @Option(name: .long, help: "What is taken off each channel: one number, or one for each.")
    var mean: NumberList<Double>?

    @Option(name: .long, help: "What each channel is divided by then.")
    var std: NumberList<Double>?

    @Option(name: .long, parsing: .unconditional, help: "Only so many images, the first ones.")
    var first: Int?

    @Option(name: .long, parsing: .unconditional, help: "Images whose outputs are shown.")
    var show = 4

    @Option(name: .long, help: "float32 or float64.")
    var precision = "float32"

    func validate() throws {
      guard ["float32", "float64"].contains(precision) else {
        throw ValidationError("--precision is \(precision), expected float32 or float64")
      }
      if let first, first < 1 {
        throw ValidationError("--first is \(first), expected at least 1")
      }
      guard show >= 0 else { throw ValidationError("--show is \(show), expected at least 0") }
      if std?.numbers.contains(where: { !($0 > 0) }) ?? false {
        throw ValidationError("--std has a number that is not positive")
      }
      for (name, size) in [("--resize", resize), ("--crop", crop)] {
        guard let size, !(1...PicturePreparation.largestSide).contains(size) else { continue }
        throw ValidationError(
          "\(name) is \(size), expected 1 to \(PicturePreparation.largestSide)")
      }
      let others: [Any?] = [labels, first, mean, std, resize, crop]
      guard check != nil || others.allSatisfy({ $0 == nil }) else {
        throw ValidationError(
          "--labels, --mean, --std, --first, --resize and --crop go with --check")
      }
    }

    /// All options but the path of the images, which ranks must have alike.
    var text: String {
      let lists = [mean?.description ?? "", std?.description ?? ""]
      let numbers = [first, resize, crop, show].map { $0.map(String.init) ?? "" }
      return ([dataset, labels ?? "", precision] + lists + numbers).joined(separator: "\n")
    }

    /// The images, of the format that their first bytes say; nil if none are asked for.
    func openImages() throws -> ImageSet? {
      guard let check else { return nil }
      do throws(InputFileError) {
        return try ImageSet.open(
          check, name: check, dataset: dataset, labels: labels,
          preparation: PicturePreparation(shorterSide: resize, crop: crop))
      } catch {
        throw Failure(.badInput, error.description)
      }
    }
  }

  /// What came out.
  struct Result: Encodable {
    /// One image.
    struct Image: Codable {
      let image: Int
      let label: Int?
      let output: [Double]
    }

    /// The name of the output.
    let output: String
    /// The first images.
    let images: [Image]
    /// How many images were computed.
    let count: Int
    /// How many of them have their largest output at their class; nil without classes.
    let right: Int?

    /// The result for people.
    var text: String {
      var rows = [["image", "class", "largest", output]]
      for image in images {
        let largest = image.output.indices.max { image.output[$0] < image.output[$1] } ?? 0
        let shown = image.output.prefix(10).map(Show.value).joined(separator: "  ")
        rows.append([
          "\(image.image)", image.label.map(String.init) ?? "–", "\(largest)",
          shown + (image.output.count > 10 ? "  …" : ""),
        ])
      }
      var text = alignedTable(rows, rightAligned: [0, 1, 2])
      if let right {
        let percent = String(format: "%.2f", 100 * Double(right) / Double(count))
        text += "\n\n\(Show.count(right)) of \(Show.count(count)) images are right (\(percent) %)."
      }
      return text
    }
  }

  private let images: ImageSet
  private let options: Options
  private let network: CheckedNetwork
  private let count: Int

  /// Prepares a check of a network from an ONNX file.
  ///
  /// **Throws**: `Failure` if the first output is not supported, or if the images do not fit.
  init(_ network: ONNXNetwork, _ images: ImageSet, _ options: Options) throws {
    guard let output = network.outputs.first else {
      throw Failure(.badInput, "\(network.file): it has no output, expected one")
    }
    let built: ONNXGraph
    do throws(ONNXError) {
      built = try network.graph(
        of: [output], mean: options.mean?.numbers ?? [0], deviation: options.std?.numbers ?? [1],
        isExact: options.precision == "float64")
    } catch {
      throw Failure(.badInput, error.description)
    }
    try self.init(
      CheckedNetwork(
        file: network.file, graph: built.graph, parameters: built.parameters,
        value: built.values[output] ?? built.graph.input, output: output,
        inputShape: network.inputShape, isNormalizing: true), images, options)
  }

  /// Prepares a check.
  ///
  /// **Throws**: `Failure` if the images do not fit.
  init(_ network: CheckedNetwork, _ images: ImageSet, _ options: Options) throws {
    let expected = network.inputShape.reduce(1, *)
    guard images.dimension == expected else {
      let shape = network.inputShape.dropFirst().map(String.init).joined(separator: " × ")
      throw Failure(
        .badInput,
        "\(options.check ?? ""): its images are \(images.shape.channels) × \(images.shape.size) × "
          + "\(images.shape.size), expected \(shape) for \(network.file)")
    }
    let lists = [("--mean", options.mean?.numbers), ("--std", options.std?.numbers)]
    for (name, numbers) in lists where !network.isNormalizing {
      guard let numbers, numbers.count != 1, numbers.count != images.shape.channels else {
        continue
      }
      throw Failure(
        .badInput,
        "\(name) has \(numbers.count) numbers, expected one or \(images.shape.channels)")
    }
    (self.network, self.images, self.options) = (network, images, options)
    count = min(options.first ?? images.count, images.count)
  }

  /// Computes the outputs: every rank those of its share of the images, on a thread for each core that it
  /// may use.
  ///
  /// Collective if there are ranks. The whole result is that of rank 0.
  func run(in job: RankedJob?) throws -> Result {
    BLASLibrary.setThreadCount(1)
    let (rank, ranks) = (job?.ranks.rank ?? 0, job?.ranks.size ?? 1)
    let share = count * rank / ranks..<count * (rank + 1) / ranks
    let own = Swift.Result {
      options.precision == "float64" ? try part(share, Double.self) : try part(share, Float.self)
    }
    guard let job else { return result(try own.get()) }
    var message = Message()
    switch own {
    case .success(let part): message.part = part
    case .failure(let error): message.problem = "rank \(rank): \(error)"
    }
    var sum = Part()
    let text = String(decoding: try JSONEncoder().encode(message), as: UTF8.self)
    for text in try job.exchange(text) {
      let found = try JSONDecoder().decode(Message.self, from: Data(text.utf8))
      guard let part = found.part else { throw Failure(.internalError, found.problem ?? "") }
      sum.shown += part.shown
      sum.right += part.right
    }
    return result(sum)
  }

  private func result(_ part: Part) -> Result {
    Result(
      output: network.output, images: part.shown, count: count,
      right: images.labels.map { _ in part.right }
    )
  }

  /// The outputs of some images, each thread computing a piece.
  private func part<Scalar: GraphScalar>(_ share: Range<Int>, _: Scalar.Type) throws -> Part {
    let threads = max(
      1, min(ProcessInfo.processInfo.activeProcessorCount, (share.count + 63) / 64))
    let parts = Mutex([Swift.Result<Part, any Error>?](repeating: nil, count: threads))
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let first = share.lowerBound + share.count * thread / threads
      let end = share.lowerBound + share.count * (thread + 1) / threads
      let part = Swift.Result { try outputs(of: first..<end, Scalar.self) }
      parts.withLock { $0[thread] = part }
    }
    var sum = Part()
    for part in try parts.withLock({ try $0.compactMap { try $0?.get() } }) {
      sum.shown += part.shown
      sum.right += part.right
    }
    return sum
  }

  /// Not every HDF5 library may be entered by two threads.
  private static let reading = Mutex(())

  /// What a thread or a rank finds.
  private struct Part: Codable, Sendable {
    var shown: [Result.Image] = []
    var right = 0
  }

  /// What a rank tells the others: what it found, or why it did not.
  private struct Message: Codable {
    var part: Part?
    var problem: String?
  }

  /// An image as the network was trained with it, if the graph does not normalise it.
  private func normalized(_ image: [Double]) -> [Double] {
    guard !network.isNormalizing else { return image }
    let (means, deviations) = (options.mean?.numbers ?? [0], options.std?.numbers ?? [1])
    let pixels = images.shape.size * images.shape.size
    return image.enumerated().map { place, value in
      let channel = place / pixels
      return (value - means[means.count == 1 ? 0 : channel])
        / deviations[deviations.count == 1 ? 0 : channel]
    }
  }

  private func outputs<Scalar: GraphScalar>(
    of places: Range<Int>, _: Scalar.Type
  ) throws -> Part {
    guard !places.isEmpty else { return Part() }
    let batch = min(16, places.count)
    let evaluator = try Evaluator<Scalar>(
      network.graph, parameters: network.parameters, representations: [network.value],
      images: batch,
      vectors: 1)
    var part = Part()
    for first in stride(from: places.lowerBound, to: places.upperBound, by: batch) {
      let some = first..<min(first + batch, places.upperBound)
      let pixels = try Self.reading.withLock { _ in try images.values(some) }
      for image in some {
        let start = (image - first) * images.dimension
        let vector = normalized(Array(pixels[start..<start + images.dimension]))
        evaluator.store(vector.span, vectorsFrom: 0, ofImage: image - first)
      }
      try evaluator.run { representation in
        for image in some {
          let output = representation.vector(0, ofImage: image - first)
          let label = images.labels?[image]
          let largest = output.indices.max { output[$0] < output[$1] }
          if largest == label { part.right += 1 }
          if image < options.show {
            part.shown.append(.init(image: image, label: label, output: output))
          }
        }
      }
    }
    return part
  }
}
