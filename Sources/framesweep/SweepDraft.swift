import Architectures
import Foundation
import ImageData
import SweepRunner
import SweepSpec

/// What somebody wants to know of networks.
enum SweepQuestion: String, CaseIterable {
  /// What an architecture alone forces on its frame.
  case frames
  /// How perturbations of images move through networks.
  case neuralFrames = "neural-frames"
  /// Whether scores of networks predict their test error.
  case training

  /// The question in words.
  var words: String {
    switch self {
    case .frames: "What does an architecture alone force on its frame? (no data)"
    case .neuralFrames: "How do perturbations of images move through networks?"
    case .training: "Do scores of networks predict the test error after training?"
    }
  }

  /// Whether it needs images.
  var needsImages: Bool { self != .frames }

  /// The figure that shows the answer.
  var figure: String {
    switch self {
    case .frames: "potential"
    case .neuralFrames: "profiles"
    case .training: "correlation"
    }
  }
}

/// What enters the networks of a sweep.
struct SweepInput {
  /// The shape of an image or a vector.
  let shape: InputShape
  /// The images as sweep files name them; nil for random weights alone.
  let data: String?

  /// The handwritten digits that the program brings.
  static let digits = SweepInput(shape: InputShape(channels: 1, size: 8), data: "digits")

  /// Reads digits, a shape such as 3x32 or 64x1, or the name of a file or folder of images.
  ///
  /// - Parameters:
  ///   - text: what somebody answered.
  ///   - labels: the file of classes of IDX images, or the dataset of classes of HDF5 images.
  ///
  /// **Throws**: `Failure` with what was expected.
  static func read(_ text: String, labels: String? = nil) throws(Failure) -> SweepInput {
    if text == "digits" { return .digits }
    let numbers = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    if numbers.count == 2, let channels = numbers[0], let size = numbers[1] {
      guard (1...1_000_000).contains(channels), (1...10_000).contains(size) else {
        throw Failure(.usage, "the input is '\(text)', expected channels x size, such as 3x32")
      }
      return SweepInput(shape: InputShape(channels: channels, size: size), data: nil)
    }
    guard FileManager.default.fileExists(atPath: text) else {
      throw Failure(
        .usage,
        "the data are '\(text)', expected digits, channels x size such as 3x32, or a file or folder "
          + "of images that exists")
    }
    do throws(InputFileError) {
      let images = try ImageSet.open(text, name: text, dataset: "images", labels: nil)
      return SweepInput(shape: images.shape, data: source(text, labels: labels))
    } catch {
      throw Failure(.badInput, "\(error)")
    }
  }

  /// The file or folder as sweep files name it.
  private static func source(_ path: String, labels: String?) -> String {
    let more = labels.map { ", labels: \(yamlQuoted($0))" } ?? ""
    let key =
      switch ImageFormat(at: path) {
      case .hdf5: "file"
      case .idx: "idx"
      case .cifar10: "cifar10"
      case .cifar100: "cifar100"
      case .pictures: "folder"
      }
    return "{\(key): \(yamlQuoted(path))\(more)}"
  }
}

/// A sweep file that is about to be written.
struct SweepDraft {
  var name = "sweep"
  var question = SweepQuestion.frames
  var families: [Family] = [.chain, .dense]
  /// Layers in a stage.
  var depths = [3, 5, 9]
  /// Widths of the first stage.
  var widths = [16, 32, 64]
  var input = SweepInput.digits

  /// The families, read from names separated by commas.
  ///
  /// **Throws**: `Failure`.
  static func families(_ text: String) throws(Failure) -> [Family] {
    var families: [Family] = []
    for word in text.split(separator: ",") {
      let name = word.trimmingCharacters(in: .whitespaces)
      guard let family = Family.allCases.first(where: { $0.name == name }) else {
        throw .unknown("there is no family '\(name)'", name, among: Family.allCases.map(\.name))
      }
      if !families.contains(family) { families.append(family) }
    }
    guard !families.isEmpty else {
      throw Failure(.usage, "no family is named, expected \(oneOf(Family.allCases.map(\.name)))")
    }
    return families
  }

  /// Whole numbers from 1, read from a list separated by commas.
  ///
  /// **Throws**: `Failure`.
  static func numbers(_ text: String) throws(Failure) -> [Int] {
    let numbers = text.split(separator: ",").map {
      Int($0.trimmingCharacters(in: .whitespaces))
    }
    let whole = numbers.compactMap { $0 }
    guard !whole.isEmpty, whole.count == numbers.count, whole.allSatisfy({ $0 >= 1 }) else {
      throw Failure(.usage, "found '\(text)', expected whole numbers from 1, such as 2,4,8")
    }
    return whole
  }

  /// The form that all of the families have, so that their potentials can be compared.
  private var form: Form { families.contains(.residual) ? .analysis : .synthesis }

  /// The sweep file, with a comment for each key.
  var yaml: String {
    let depths = depths.map(String.init).joined(separator: ", ")
    let widths = widths.map(String.init).joined(separator: ", ")
    let families = families.map(\.name).joined(separator: ", ")
    let shape = input.shape
    return """
      # \(question.words)
      # Written by framesweep new. docs/sweeps.md lists everything that may stand here.
      format: 1
      name: \(name)
      seed: 1                        # the same seed gives the same numbers

      architecture:                  # what all networks have in common
        input: {channels: \(shape.channels), size: \(shape.size)}  # \(Self.words(for: shape))
        form: \(form.name)\(formComment)
        # stage_count: 2             # more stages: half the size and twice the width in each

      grid:                          # every combination is a network
        family: [\(families)]
        stage_depth: [\(depths)]       # layers in a stage
        width: [\(widths)]          # channels or units of the first stage

      weights: {init: he, draws: \(draws)}  # random weights: how often they are drawn
      \(measure)

      """
  }

  private static func words(for shape: InputShape) -> String {
    shape.size == 1
      ? "vectors of \(shape.channels) numbers: fully connected layers"
      : "images of \(shape.size) x \(shape.size) pixels: convolutions"
  }

  private var formComment: String {
    form == .analysis
      ? "               # the only form that residual networks have"
      : "              # the form whose minima are known exactly"
  }

  private var draws: Int { question == .training ? 2 : 4 }

  private var measure: String {
    let data = input.data ?? "digits"
    switch question {
    case .frames:
      return """

        measure:
          frame:
            minimum: true                # the least potential that any weights reach
            statistics: true             # potential and coherence at the random weights
        """
    case .neuralFrames:
      return """

        measure:
          frame: {statistics: true}      # the potential of the same weights, to compare with
          neural_frames:
            data: \(data)
            images: 32                   # so many of them, chosen by the seed
            perturbations:
              augmentation: all          # shifts, rotations, contrast, …
              noise: 8                   # random directions
              fourier: 8                 # waves
        """
    case .training:
      return """

        measure:
          frame: {statistics: true}      # the potential before and after training
          companions: {data: \(data), images: 32}  # other scores of untrained networks
          train:
            data: \(data)
            epochs: 8
        """
    }
  }
}
