public import Architectures
public import NetworkGraphs

/// A network with global average pooling, a linear classifier and softmax cross-entropy behind it, as a
/// graph.
///
/// Class scores are V h + c, where h are the means over pixels of the channels that a further stage
/// would read (`BuiltNetwork.Features`). It belongs to one thread, and once it is prepared nothing
/// that it does allocates memory, but for oneDNN.
public final class GraphClassifier<Scalar: GraphScalar> {
  /// The network.
  public let network: BuiltNetwork
  /// The number of images of a batch.
  public let images: Int
  /// The number of classes.
  public let classes: Int
  /// The class scores of the last evaluation: images × classes, row-major.
  public private(set) var scores: [Double]
  private var scoreGradient: [Double]
  private var roundedGradient: [Scalar]
  private let output: ValueID
  private let evaluator: Evaluator<Scalar>

  /// Prepares the network of an architecture, whose parameters are all zero.
  ///
  /// - Parameters:
  ///   - architecture: the network's architecture.
  ///   - images: the number of images of a batch, at least 1.
  ///   - classes: the number of classes, at least 2.
  ///   - showsRepresentations: whether `classify` shows the representations of all layers.
  ///
  /// **Throws**: `OneDNNError`, and `MemoryRefused`.
  public convenience init(
    _ architecture: Architecture, images: Int, classes: Int, showsRepresentations: Bool = false
  ) throws {
    try self.init(
      BuiltNetwork(architecture, classes: classes), images: images, classes: classes,
      showsRepresentations: showsRepresentations)
  }

  /// Prepares a network that was built with a classifier's parameters, all of them zero.
  ///
  /// - Parameters:
  ///   - network: the network, by sweeps of inference if it has further parameters.
  ///   - images: the number of images of a batch, at least 1.
  ///   - classes: the number of classes, at least 2.
  ///   - showsRepresentations: whether `classify` shows the representations of all layers.
  ///
  /// **Throws**: `OneDNNError`, and `MemoryRefused`.
  public init(
    _ network: BuiltNetwork, images: Int, classes: Int, showsRepresentations: Bool = false
  ) throws {
    precondition(classes >= 2, "a classifier with \(classes) classes")
    var network = network
    output = network.addScores()
    (self.network, self.images, self.classes) = (network, images, classes)
    scores = [Double](repeating: 0, count: images * classes)
    scoreGradient = [Double](repeating: 0, count: images * classes)
    roundedGradient = [Scalar](repeating: 0, count: images * classes)
    var parameters = GraphParameters()
    for parameter in network.graph.parameterIDs {
      let count = network.graph[parameter].shape.count
      parameters[parameter] = .single(Array(repeating: 0, count: count))
    }
    let shown = showsRepresentations ? network.values : []
    evaluator = try Evaluator(
      network.graph, parameters: parameters, representations: shown + [output], images: images,
      vectors: 1, order: .gradients)
  }

  /// Sets all parameters, in the order of the network's vector, of a network without further ones.
  ///
  /// **Throws**: `OneDNNError`.
  public func setParameters(_ parameters: borrowing Span<Scalar>) throws {
    try evaluator.setParameters(parameters)
  }

  /// Sets all parameters, further ones such as step sizes included.
  ///
  /// **Throws**: `OneDNNError`.
  public func setParameters(_ parameters: GraphParameters) throws {
    try evaluator.setParameters(parameters)
  }

  /// Whether batch normalisation uses the statistics of the batch and moves the given ones towards them,
  /// as in training.
  public var usesBatchStatistics: Bool {
    get { evaluator.usesBatchStatistics }
    set { evaluator.usesBatchStatistics = newValue }
  }

  /// Copies the given statistics of batch normalisations, as they have moved, to a vector of all
  /// parameters.
  public func copyStatistics(to parameters: inout MutableSpan<Scalar>) {
    evaluator.copyStatistics(to: &parameters)
  }

  /// Stores an image, channels × pixels.
  public func store(_ image: borrowing Span<Double>, at place: Int) {
    evaluator.store(image, vectorsFrom: 0, ofImage: place)
  }

  /// Sets an image to zero.
  public func clear(at place: Int) { evaluator.clear(vectorsFrom: 0, ofImage: place) }

  /// The numbers of an image, in the order in which they lie in memory.
  public func rawImage(at place: Int) -> [Scalar] { evaluator.rawInput(ofImage: place) }

  /// Sets the numbers of an image, in the order of `rawImage`.
  public func setRawImage(_ numbers: borrowing Span<Scalar>, at place: Int) {
    evaluator.setRawInput(numbers, ofImage: place)
  }

  /// An image, channels × pixels.
  public func image(at place: Int) -> [Double] { evaluator.input(ofImage: place) }

  /// The gradient with respect to an image, in the order of `rawImage`, after `backward` or
  /// `backwardDirections`.
  public func rawImageGradient(at place: Int) -> [Scalar] {
    evaluator.rawInputGradient(ofImage: place)
  }

  /// The same gradient as channels × pixels.
  public func imageGradient(at place: Int) -> [Double] { evaluator.inputGradient(ofImage: place) }

  /// Computes the class scores of the batch.
  ///
  /// - Parameter visit: gets the representations, if they are shown: 0 is the input, j what layer j
  ///   writes, from 1.
  ///
  /// **Throws**: `OneDNNError`, and what `visit` throws.
  public func classify(
    visit: (_ layer: Int, Representation<Scalar>) throws -> Void = { _, _ in }
  ) throws {
    try evaluator.run { found in
      guard found.value == output else {
        if let layer = network.values.firstIndex(of: found.value) {
          try visit(layer, found)
        }
        return
      }
      for image in 0..<images {
        found.withVectors(ofImage: image) { numbers in
          Scalar.widen(numbers, into: &scores, at: image * classes)
        }
      }
    }
  }

  /// Scores the last `classify` against labels; images behind the last label count for nothing.
  public func score(_ labels: [Int]) -> ClassificationScore {
    var score = ClassificationScore()
    for image in labels.indices {
      score.loss += crossEntropy(ofImage: image, labels[image]).loss
      if isMistaken(image, labels[image]) { score.mistakes += 1 }
    }
    return score
  }

  /// Whether the largest score of each image of the last `classify` is not its label's alone.
  public func mistakes(_ labels: [Int]) -> [Bool] {
    labels.indices.map { isMistaken($0, labels[$0]) }
  }

  private func isMistaken(_ image: Int, _ label: Int) -> Bool {
    let start = image * classes
    let own = scores[start + label]
    for place in 0..<classes where place != label {
      guard scores[start + place] < own else { return true }
    }
    return false
  }

  /// Carries the gradient of the mean cross-entropy of the last `classify` back.
  ///
  /// - Parameters:
  ///   - labels: the classes of the batch's first images; the others count for nothing.
  ///   - smoothing: the share of each label that is spread over all classes, as torch's `cross_entropy`
  ///     has it.
  ///   - wantsInput: whether the gradients with respect to images are to be computed. They are those of
  ///     the sum of the cross-entropies divided by the number of labels.
  ///   - terms: the gradients of further terms of the loss with respect to representations that are
  ///     shown, each images × entries, as these lie in memory.
  ///
  /// **Throws**: `OneDNNError`.
  public func backward(
    labels: [Int], smoothing: Double = 0, wantsInput: Bool = false,
    terms: [(layer: Int, gradient: [Scalar])] = []
  ) throws {
    setScoreGradient(labels, smoothing: smoothing / Double(labels.count)) {
      $0 / Double(labels.count)
    }
    let gradient = roundedGradient
    try evaluator.differentiate(
      output, gradient.span, wantsInput: wantsInput, wantsParameters: true,
      others: terms.map { (network.values[$0.layer], $0.gradient) })
  }

  /// Carries a gradient with respect to the class scores of the last `classify` back.
  ///
  /// - Parameter scores: images × classes, row-major.
  ///
  /// **Throws**: `OneDNNError`.
  public func backward(scores: borrowing Span<Scalar>, wantsInput: Bool = false) throws {
    try evaluator.differentiate(output, scores, wantsInput: wantsInput, wantsParameters: true)
  }

  /// Computes gradients with respect to images for attacks: for each image that of its own
  /// cross-entropy, divided by the probability of the classes that are not its own.
  ///
  /// So its length is of the order of a score's gradient for every image, and no direction is lost to
  /// underflow where a network is confident.
  ///
  /// - Parameter labels: the classes of the batch's first images; the others count for nothing.
  ///
  /// **Throws**: `OneDNNError`.
  public func backwardDirections(labels: [Int]) throws {
    setScoreGradient(labels) { _ in 1 }
    let gradient = roundedGradient
    try evaluator.differentiate(
      output, gradient.span, wantsInput: true, wantsParameters: false)
  }

  /// Copies the gradients with respect to all parameters, in the order of the network's vector.
  public func copyParameterGradients(to gradients: inout MutableSpan<Scalar>) {
    evaluator.copyParameterGradients(to: &gradients)
  }

  /// Sets the gradient with respect to the scores to multiples of the images' slopes, and lets it push
  /// the share `smoothing` of a unit from each label to all classes.
  private func setScoreGradient(
    _ labels: [Int], smoothing: Double = 0, _ factor: (_ excess: Double) -> Double
  ) {
    precondition(!labels.isEmpty && labels.count <= images, "a batch has a label for each image")
    for place in scoreGradient.indices { scoreGradient[place] = 0 }
    for image in labels.indices {
      let entropy = crossEntropy(ofImage: image, labels[image])
      let factor = factor(entropy.excess)
      for place in image * classes..<(image + 1) * classes {
        let slope = entropy.slope(place - image * classes, score: scores[place])
        scoreGradient[place] = factor * slope - smoothing / Double(classes)
      }
      scoreGradient[image * classes + labels[image]] += smoothing
    }
    Scalar.round(scoreGradient, into: &roundedGradient)
  }

  private func crossEntropy(ofImage image: Int, _ label: Int) -> CrossEntropy {
    CrossEntropy(scores, image * classes..<(image + 1) * classes, label: label)
  }
}

/// What a batch scored.
public struct ClassificationScore: Sendable {
  /// The sum of the cross-entropies of the batch's images, in nats.
  public var loss = 0.0
  /// The number of images whose largest score is not their label's; NaN is always wrong.
  public var mistakes = 0
}
