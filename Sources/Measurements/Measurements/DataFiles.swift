internal import ImageData
internal import Paths
internal import SweepSpec

/// Opens the data sets that a sweep names, each once.
struct DataFiles {
  private let spec: Spec
  private let folder: String
  private var opened: [Measure.DataSource.Files: ImageSet] = [:]
  /// What is worth saying of the data sets without refusing them.
  private(set) var warnings: [SpecError] = []
  private var checked: Set<Measure.DataSource.Files> = []

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
      let images = if let known = opened[source.files] { known } else { try images(source.files) }
      opened[source.files] = images
      guard areLabelled else { return images }
      let labelled = try labelled(images, source.files)
      noteEmptyClasses(of: labelled, source.files, key)
      return labelled
    } catch {
      throw SpecErrors([
        spec.mistake(
          inMeasure: "\(key).data", "\(error.path): \(error.problem)", expected: error.expected)
      ])
    }
  }

  /// Says once of a data set which classes have no image: labels that start at 1 leave class 0 empty.
  private mutating func noteEmptyClasses(
    of images: ImageSet, _ source: Measure.DataSource.Files, _ key: String
  ) {
    guard checked.insert(source).inserted, let labels = images.labels else { return }
    let classes = (labels.max() ?? 0) + 1
    let empty = (0..<classes).filter(Set(0..<classes).subtracting(labels).contains)
    guard !empty.isEmpty else { return }
    let names = empty.prefix(5).map(String.init).joined(separator: ", ")
    let list = empty.count > 5 ? "\(names), …" : names
    let advice =
      empty == [0] ? ": labels that start at 1 are to be lowered by 1" : ": classes count from 0"
    warnings.append(
      spec.mistake(
        inMeasure: "\(key).data",
        "no image is of \(empty.count == 1 ? "class" : "the classes") \(list), and the classifier "
          + "has an output for each of \(classes) classes\(advice)"))
  }

  private func images(_ source: Measure.DataSource.Files) throws(InputFileError) -> ImageSet {
    switch source {
    case .digits: Digits.images
    case .hdf5(let file, let images, _):
      try .hdf5(resolved(file), dataset: images, name: file)
    case .idx(let path, _): try .idx(resolved(path), name: path)
    case .cifar10(let path): try .cifar10(resolved(path), name: path)
    case .cifar100(let path, let areFine):
      try .cifar100(resolved(path), name: path, labels: areFine ? .fine : .coarse)
    case .folder(let path, let labels, let resize, let crop):
      try .folder(
        resolved(path), name: path, labels: labels.map { (resolved($0), $0) },
        preparation: PicturePreparation(shorterSide: resize, crop: crop))
    }
  }

  private func labelled(
    _ images: ImageSet, _ source: Measure.DataSource.Files
  ) throws(InputFileError) -> ImageSet {
    switch source {
    case .digits, .cifar10, .cifar100: images
    case .folder: try images.withClasses()
    case .hdf5(_, _, let labels): try images.labelled(dataset: labels)
    case .idx(_, let labels?): try images.labelled(idx: resolved(labels), name: labels)
    case .idx(let path, nil):
      throw InputFileError(
        path: path, problem: "a file of images has no classes",
        expected: "their file beside it ({idx: \(path), labels: path})")
    }
  }

  private func resolved(_ path: String) -> String { PathName.resolved(path, in: folder) }
}

extension ImageFacts {
  /// What a plan has to know of a data set.
  init(_ set: ImageSet) {
    self.init(count: set.count, shape: set.shape, valueBytes: set.largestByte == nil ? 8 : 1)
  }
}
