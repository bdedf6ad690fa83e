public import NetworkGraphs

/// Statistics of batch normalisations that follow from images, as in a network that was trained.
extension BuiltNetwork {
  /// What each batch normalisation subtracts and divides by at some images: the means and the variances of
  /// what it reads, over all images and pixels, normalisation by normalisation.
  ///
  /// At these images the network then computes what torch computes in training mode with all of them as one
  /// batch. The variance is that of the images, so of n numbers it is the n-th part of a sum, as torch
  /// normalises.
  ///
  /// - Parameters:
  ///   - parameters: the numbers of the network; those of statistics do not matter.
  ///   - images: at least one, of the shape of the input.
  ///   - precision: the precision of the evaluation. Means and variances are summed up in double precision.
  ///   - shouldStop: called before each operation; may throw to end.
  /// - Returns: the numbers of each parameter that is a statistic, in order.
  ///
  /// **Throws**: what `shouldStop` throws, `OneDNNError` and `MemoryRefused`.
  ///
  /// **Complexity**: one evaluation of all images at the same time, and one copy of the parameters for each
  /// normalisation.
  public func statistics<Scalar: GraphScalar>(
    at images: [[Double]], _ parameters: GraphParameters, in precision: Scalar.Type = Scalar.self,
    shouldStop: () throws -> Void = {}
  ) throws -> [[Double]] {
    var numbers = parameters
    let readers = normalizationsByOperand
    let evaluator = try Evaluator<Scalar>(
      graph, parameters: parameters, representations: Array(readers.keys), images: images.count,
      vectors: 1)
    for (place, image) in images.enumerated() {
      evaluator.store(image.span, vectorsFrom: 0, ofImage: place)
    }
    try evaluator.run(shouldStop: shouldStop) { found in
      let (means, variances) = found.channelMoments
      for (mean, variance) in readers[found.value] ?? [] {
        numbers[mean] = .double(means)
        numbers[variance] = .double(variances)
      }
      // What follows reads the statistics that stand before it.
      try evaluator.setParameters(numbers)
    }
    return statisticParameters.map { numbers[$0.id]?.doubles ?? [] }
  }

  /// The same network with statistics of its batch normalisations in place of those that it starts from.
  ///
  /// - Parameter statistics: as `statistics(at:_:in:shouldStop:)` returns them; nil to change nothing.
  public func starting(from statistics: [[Double]]?) -> BuiltNetwork {
    guard let statistics else { return self }
    precondition(statistics.count == statisticParameters.count, "statistics of another network")
    var copy = self
    var rest = statistics[...]
    for place in parameters.indices where parameters[place].role == .statistic {
      if let numbers = rest.popFirst() { copy.parameters[place].start = .given(numbers) }
    }
    return copy
  }

  /// The numbers of the parameters with other statistics.
  public func parameters(
    _ numbers: GraphParameters, statistics: [[Double]]
  ) -> GraphParameters {
    var numbers = numbers
    for (parameter, own) in zip(statisticParameters, statistics) {
      numbers[parameter.id] = .double(own)
    }
    return numbers
  }

  /// The mean over channels of the means, and of the variances, of the batch normalisations that stand
  /// behind the representation before and not behind this one; NaN if there are none.
  public func statisticsOfRepresentations(
    _ statistics: [[Double]]
  ) -> [(mean: Double, variance: Double)] {
    let known = Dictionary(
      uniqueKeysWithValues: zip(statisticParameters.map(\.id), statistics))
    var sums = values.map { _ in (mean: 0.0, variance: 0.0, count: 0.0) }
    for node in graph.nodes {
      guard let (mean, variance) = node.statistics,
        let place = values.indices.filter({ values[$0] >= node.output }).min(by: {
          values[$0] < values[$1]
        }), let means = known[mean], let variances = known[variance]
      else { continue }
      sums[place].mean += means.reduce(0, +)
      sums[place].variance += variances.reduce(0, +)
      sums[place].count += Double(means.count)
    }
    return sums.map { sum in
      sum.count > 0 ? (sum.mean / sum.count, sum.variance / sum.count) : (.nan, .nan)
    }
  }

  private var statisticParameters: [NetworkParameter] {
    parameters.filter { $0.role == .statistic }
  }

  /// The statistics of the batch normalisations that read each value.
  private var normalizationsByOperand: [ValueID: [(mean: ParameterID, variance: ParameterID)]] {
    var readers: [ValueID: [(mean: ParameterID, variance: ParameterID)]] = [:]
    for node in graph.nodes {
      guard let statistics = node.statistics, case .value(let value) = node.operands[0] else {
        continue
      }
      readers[value, default: []].append(statistics)
    }
    return readers
  }
}

extension Graph.Node {
  /// The mean and the variance of a batch normalisation; nil for anything else.
  fileprivate var statistics: (mean: ParameterID, variance: ParameterID)? {
    guard operation is BatchNormalization, case .parameter(let mean) = operands[3],
      case .parameter(let variance) = operands[4]
    else { return nil }
    return (mean, variance)
  }
}

extension Representation {
  /// The mean and the variance of each channel over all images and pixels.
  fileprivate var channelMoments: (means: [Double], variances: [Double]) {
    let channels = shape[1]
    let pixels = dimension / channels
    let count = Double(images * pixels)
    var (means, variances) = (
      [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels)
    )
    func addUp(_ sums: inout [Double], _ term: (_ channel: Int, _ number: Double) -> Double) {
      for image in 0..<images {
        let numbers = vector(0, ofImage: image)
        for channel in 0..<channels {
          // Sums of sums, which lose fewer digits.
          var part = 0.0
          for place in channel * pixels..<(channel + 1) * pixels {
            part += term(channel, numbers[place])
          }
          sums[channel] += part
        }
      }
    }
    addUp(&means) { $1 }
    for channel in means.indices { means[channel] /= count }
    addUp(&variances) { channel, number in
      (number - means[channel]) * (number - means[channel])
    }
    return (means, variances.map { $0 / count })
  }
}
