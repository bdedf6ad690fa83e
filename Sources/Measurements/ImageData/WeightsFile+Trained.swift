internal import HDF5

extension WeightsFile {
  /// What stands where the weights of a training are to be written.
  public enum Occupant: Equatable, Sendable {
    /// Nothing.
    case nothing
    /// A file of trained weights, and which training they are of.
    case training(String)
    /// Something that `save` did not write.
    case other
  }

  /// The root group's attribute that names the training.
  private static let trainingAttribute = "training_sha256"
  /// The dataset with the places of the test images in the data set.
  static let testImagesName = "test_images"

  /// What a name stands for.
  ///
  /// - Parameter path: the file.
  public static func occupant(of path: String) -> Occupant {
    guard WholeFile.exists(path) else { return .nothing }
    let training = try? reading(path, path) { root in try root.textAttribute(trainingAttribute) }
    return training.map { .training($0) } ?? .other
  }

  /// Writes a trained network into a file of its own, in single precision.
  ///
  /// Each parameter has a dataset, and so do the places of the test images; the facts are attributes of
  /// their group.
  /// The bytes depend on the network only. The folder is made where it is not there.
  ///
  /// - Parameters:
  ///   - network: the network.
  ///   - path: the file; one that holds the same training is replaced in one step.
  ///   - group: where the layers stand, nil for the root group.
  ///   - name: what messages call the file, nil for its path.
  ///
  /// **Throws**: `InputFileError` where the file is another's, or cannot be written; it is then what
  /// it was.
  public static func save(
    _ network: TrainedNetwork, to path: String, group: String? = nil, name: String? = nil
  ) throws(InputFileError) {
    let name = name ?? path
    let occupant = occupant(of: path)
    guard occupant == .nothing || occupant == .training(network.training) else {
      throw refusal(of: occupant, name: name)
    }
    let bytes: [UInt8]
    do {
      bytes = try HDF5Library.exclusively {
        let file = try File.createInMemory(name: name)
        try fill(file, network, group)
        return try file.bytes()
      }
    } catch {
      throw InputFileError(
        path: name, problem: "its contents cannot be made: \(error)",
        expected: "the names of groups, and memory for them")
    }
    try WholeFile.write(bytes, to: path, name: name)
  }

  /// Removes what killed processes left of files that they were saving in a folder.
  ///
  /// - Parameter folder: the folder, which need not be there.
  ///
  /// **Complexity**: lists the folder once.
  public static func removeLeftovers(in folder: String) { WholeFile.removeLeftovers(in: folder) }

  /// Why a file is not replaced.
  ///
  /// - Parameters:
  ///   - occupant: what is there, which is neither nothing nor the training to be written.
  ///   - name: what messages call the file.
  public static func refusal(of occupant: Occupant, name: String) -> InputFileError {
    let isTraining = if case .training = occupant { true } else { false }
    return InputFileError(
      path: name,
      problem: isTraining
        ? "it exists already and holds the weights of another training"
        : "it exists already, and not as a file of trained weights",
      expected: "another name for the weights, or that file to be moved away")
  }

  private static func fill(
    _ file: borrowing File, _ network: TrainedNetwork, _ group: String?
  ) throws {
    let root = try file.root()
    try root.setAttribute(trainingAttribute, network.training)
    let layers = try made(group, in: root)
    for fact in network.facts {
      switch fact.value {
      case .text(let text): try layers.setAttribute(fact.name, text)
      case .integer(let integer): try layers.setAttribute(fact.name, integer)
      case .number(let number): try layers.setAttribute(fact.name, number)
      }
    }
    try write(network.parameters, in: layers, .float32)
    try layers.createDataset(testImagesName, .int64, shape: [network.testImages.count])
      .write(network.testImages.map { Int64($0) })
  }
}
