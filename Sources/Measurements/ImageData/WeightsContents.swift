public import Architectures

/// What a file of weights holds, in either of the formats that are read.
public enum WeightsContents: Sendable {
  /// A group of an HDF5 file.
  case hdf5(WeightsListing)
  /// A state dict in safetensors files.
  case safetensors(SafetensorsWeights)

  /// Checks that the weights are those of an architecture.
  ///
  /// **Throws**: `InputFileError` naming what does not fit.
  public func check(_ architecture: Architecture) throws(InputFileError) {
    switch self {
    case .hdf5(let listing): try listing.check(architecture)
    case .safetensors(let weights): try weights.check(architecture)
    }
  }

  /// The other files that the numbers are read from, by paths that open them.
  public var sourcePaths: [String] {
    switch self {
    case .hdf5(let listing): listing.sourcePaths
    case .safetensors(let weights): weights.sourcePaths
    }
  }

  /// What the file holds beside the weights and an architecture does not use.
  public func unusedNames(_ architecture: Architecture) -> [String] {
    switch self {
    case .hdf5(let listing): listing.unusedNames
    case .safetensors(let weights): weights.unusedNames(architecture)
    }
  }
}
