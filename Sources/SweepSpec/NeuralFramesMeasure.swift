public import NeuralFrames

extension Measure {
  /// What is measured of neural frames.
  public struct NeuralFrames: Hashable, Sendable {
    /// What directions of a generative model follow from.
    public enum GenerativeSource: Hashable, Sendable {
      /// All images.
      case data
      /// So many nearest neighbours of an image.
      case neighbours(Int)
    }

    /// The directions of a generative model of the data.
    public struct Generative: Hashable, Sendable {
      /// The number of principal components.
      public var components: Int
      /// What they are components of.
      public var source: GenerativeSource

      /// Chooses directions.
      public init(components: Int, source: GenerativeSource = .data) {
        self.components = components
        self.source = source
      }
    }

    /// The precision of values and tangents.
    ///
    /// Statistics are computed in float64 at either, from products of tangents that are summed partly in
    /// float32 where values are of float32 and that is good enough (`FrameAnalysis`).
    public enum Precision: String, Sendable, CaseIterable {
      case float32, float64
    }

    /// Where images come from.
    public var data: DataSource = .digits
    /// The number of images.
    public var imageCount = 64
    /// The generators of augmentations; empty where the family is not asked for.
    public var augmentation: Set<Augmentation> = []
    /// The number of noise directions; 0 where the family is not asked for.
    public var noise = 0
    /// The number of Fourier directions; 0 where the family is not asked for.
    public var fourier = 0
    /// The directions of a generative model; nil where the family is not asked for.
    public var generative: Generative?
    /// Whether the statistics of every image are kept.
    public var perImage = false
    /// The precision of values and tangents.
    public var precision: Precision = .float32

    /// Starts with the digits and no directions.
    public init() {}

    /// The families that are asked for, in the order of their codes.
    public var families: [PerturbationFamily] {
      PerturbationFamily.allCases.filter { family in
        switch family {
        case .augmentation: !augmentation.isEmpty
        case .noise: noise > 0
        case .fourier: fourier > 0
        case .generative: generative != nil
        }
      }
    }

    /// The choice in the one spelling that the plan hash covers; files are known by their digests.
    public var canonicalText: String {
      var parts: [String] = []
      if !augmentation.isEmpty {
        let names = Augmentation.allCases.filter(augmentation.contains).map(\.name)
        parts.append("augmentation: [\(names.joined(separator: ", "))]")
      }
      if noise > 0 { parts.append("noise: \(noise)") }
      if fourier > 0 { parts.append("fourier: \(fourier)") }
      if let generative {
        let source =
          switch generative.source {
          case .data: "from: data"
          case .neighbours(let count): "from: neighbours, neighbours: \(count)"
          }
        parts.append("generative: {components: \(generative.components), \(source)}")
      }
      return "{data: \(data.canonicalText(areLabelled: false)), images: \(imageCount), "
        + "perturbations: {\(parts.joined(separator: ", "))}, per_image: \(perImage), "
        + "precision: \(precision.rawValue)}"
    }
  }
}
