/// The dimensions of the results file's root group, in the order of its dimension scales.
public enum ColumnDimension: String, Sendable, CaseIterable {
  /// A grid entry, counted from 0.
  case point
  /// One of several random initialisations, counted from 0.
  case draw
  /// A layer; 0 is the network's input.
  case layer
  /// A family of perturbations.
  case perturbation
  /// Two families of perturbations.
  case perturbationPair = "perturbation_pair"
  /// An image of the data set.
  case image
  /// A way of attacking trained networks, by its code.
  case attack
  /// How far an attack may move an image.
  case radius

  /// The type of its scale.
  public var type: ColumnType {
    switch self {
    case .point: .int64
    case .radius: .float64
    case .draw, .layer, .perturbation, .perturbationPair, .image, .attack: .int32
    }
  }

  /// The words that readers show.
  public var longName: String {
    self == .perturbationPair ? "pair of perturbations" : rawValue
  }

  /// What the values of its scale are.
  public var meaning: String {
    switch self {
    case .point: "index of the point in the plan"
    case .draw: "index of the random initialisation"
    case .layer: "index of the layer; 0 is the network's input"
    case .perturbation:
      "code of the family of perturbations: 0 augmentation, 1 noise, 2 fourier, 3 generative"
    case .perturbationPair: "index of the pair of families perturbation_a and perturbation_b"
    case .image: "index of the image in the data set"
    case .attack: "code of the attack: 0 fgsm_linf, 1 pgd_linf, 2 fgsm_l2, 3 pgd_l2"
    case .radius: "how far the attack may move an image, in its norm; values lie in [0, 1]"
    }
  }
}
