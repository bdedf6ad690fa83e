/// The families of directions in which images are perturbed.
///
/// Raw values are the codes of the results file's dimension `perturbation` and never change.
public enum PerturbationFamily: Int8, Sendable, CaseIterable {
  /// Infinitesimal generators of common augmentations; see `Augmentation`.
  case augmentation = 0
  /// Gaussian directions, the same for all images.
  case noise = 1
  /// Basis images of the discrete cosine transform, the same for all images.
  case fourier = 2
  /// Directions of a generative model of the data: principal components of all images, or of an
  /// image's differences to its neighbours.
  case generative = 3

  /// The family's name in sweep files and results files.
  public var name: String {
    switch self {
    case .augmentation: "augmentation"
    case .noise: "noise"
    case .fourier: "fourier"
    case .generative: "generative"
    }
  }
}
