internal import ImageData
internal import SweepSpec

/// Opens the data sets that a sweep names, each once.
struct DataFiles {
  private let spec: Spec
  private let folder: String
  private var opened: [Measure.DataSource: ImageSet] = [:]

  /// Starts with nothing opened.
  ///
  /// - Parameters:
  ///   - spec: the sweep.
  ///   - folder: the folder of the sweep file, where relative paths start; empty for the current one.
  init(_ spec: Spec, folder: String) {
    self.spec = spec
    self.folder = folder
  }

  /// Opens a data set for a part of what is measured.
  ///
  /// - Parameters:
  ///   - source: where the images are.
  ///   - key: the key under `measure` that asks for them, such as `train`.
  ///   - areLabelled: whether every image needs a class.
  ///
  /// **Throws**: `SpecErrors` with the place of the data that cannot be read.
  ///
  /// **Complexity**: reads every file once.
  mutating func open(
    _ source: Measure.DataSource, for key: String, areLabelled: Bool = false
  ) throws(SpecErrors) -> ImageSet {
    do throws(InputFileError) {
      // Not with ??, which forgets the type of what is thrown.
      let images = if let known = opened[source] { known } else { try images(source) }
      opened[source] = images
      return areLabelled ? try labelled(images, source) : images
    } catch {
      throw SpecErrors([
        spec.mistake(
          inMeasure: "\(key).data", "\(error.path): \(error.problem)", expected: error.expected)
      ])
    }
  }

  private func images(_ source: Measure.DataSource) throws(InputFileError) -> ImageSet {
    switch source {
    case .digits: Digits.images
    case .hdf5(let file, let images, _):
      try .hdf5(resolved(file), dataset: images, name: file)
    case .idx(let path, _): try .idx(resolved(path), name: path)
    case .cifar10(let path): try .cifar10(resolved(path), name: path)
    }
  }

  private func labelled(
    _ images: ImageSet, _ source: Measure.DataSource
  ) throws(InputFileError) -> ImageSet {
    switch source {
    case .digits, .cifar10: images
    case .hdf5(_, _, let labels): try images.labelled(dataset: labels)
    case .idx(_, let labels?): try images.labelled(idx: resolved(labels), name: labels)
    case .idx(let path, nil):
      throw InputFileError(
        path: path, problem: "a file of images has no classes",
        expected: "their file beside it ({idx: \(path), labels: path})")
    }
  }

  private func resolved(_ path: String) -> String {
    path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
  }
}

extension ImageFacts {
  /// What a plan has to know of a data set.
  init(_ set: ImageSet) {
    self.init(count: set.count, shape: set.shape, valueBytes: set.largestByte == nil ? 8 : 1)
  }
}
