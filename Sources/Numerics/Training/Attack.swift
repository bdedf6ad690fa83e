/// Ways of moving an image so that a network mistakes it, within a ball around it and within [0, 1].
///
/// Raw values are the codes of the results file's dimension `attack` and never change.
///
/// **Source**: Goodfellow, Shlens & Szegedy, "Explaining and harnessing adversarial examples", ICLR
/// 2015 (FGSM); Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR
/// 2018 (PGD).
public enum Attack: Int8, Sendable, CaseIterable {
  /// One step of the radius along the gradient's signs.
  case fgsmLinf = 0
  /// Twenty steps along the gradient's signs from a random start, in the largest change of a value.
  case pgdLinf = 1
  /// One step of the radius along the gradient.
  case fgsmL2 = 2
  /// Twenty steps along the gradient from a random start, in the Euclidean norm.
  case pgdL2 = 3

  /// The attack's name in sweep files.
  public var name: String {
    switch self {
    case .fgsmLinf: "fgsm_linf"
    case .pgdLinf: "pgd_linf"
    case .fgsmL2: "fgsm_l2"
    case .pgdL2: "pgd_l2"
    }
  }

  /// The steps of an attack that takes several.
  static let iterations = 20

  var isIterated: Bool { self == .pgdLinf || self == .pgdL2 }
  var isEuclidean: Bool { self == .fgsmL2 || self == .pgdL2 }
  /// The steps of the attack, each a pass through a network, forward and back.
  public var steps: Int { isIterated ? Self.iterations : 1 }

  /// How often the attack is made if attacks with random starts are made `restarts` times.
  public func starts(of restarts: Int) -> Int { isIterated ? restarts : 1 }

  /// The length of a step; several make 2.5 radii together, as Madry and others choose.
  func stepSize(radius: Float) -> Float {
    isIterated ? 2.5 * radius / Float(Self.iterations) : radius
  }

  /// Moves an image up a gradient by a step and back into ball and box.
  ///
  /// The box is convex and holds the origin, so coming back into it last does not leave the ball.
  func move(
    _ image: inout [Float], along gradient: [Float], around origin: [Float], radius: Float
  ) {
    let step = stepSize(radius: radius)
    if isEuclidean {
      let norm = Self.norm(gradient)
      if norm > 0 {
        for place in image.indices {
          image[place] += Float(Double(step) / norm * Double(gradient[place]))
        }
      }
    } else {
      for place in image.indices {
        let slope = gradient[place]
        image[place] += slope > 0 ? step : slope < 0 ? -step : 0
      }
    }
    confine(&image, around: origin, radius: radius)
  }

  /// Brings an image into ball and box.
  func confine(_ image: inout [Float], around origin: [Float], radius: Float) {
    if isEuclidean {
      let distance = Self.norm(zip(image, origin).map { $0 - $1 })
      if distance > Double(radius) {
        let factor = Float(Double(radius) / distance)
        for place in image.indices {
          image[place] = origin[place] + factor * (image[place] - origin[place])
        }
      }
    } else {
      for place in image.indices {
        image[place] = min(max(image[place], origin[place] - radius), origin[place] + radius)
      }
    }
    for place in image.indices { image[place] = min(max(image[place], 0), 1) }
  }

  private static func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
