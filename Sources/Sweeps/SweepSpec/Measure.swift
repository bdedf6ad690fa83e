public import SweepRecords

/// What is measured at every point.
public struct Measure: Sendable {
  /// What is asked for, in the order of the columns.
  public let requests: [any MeasureRequest]
  private let structure: [Column]

  /// Collects requests.
  ///
  /// - Parameters:
  ///   - requests: what is asked for, in the order of the columns.
  ///   - structure: the columns that every sweep has.
  init(_ requests: [any MeasureRequest], structure: [Column]) {
    self.requests = requests
    self.structure = structure
  }

  /// What is asked for of one measurement; nil if nothing is.
  public subscript<Request: MeasureRequest>(_ type: Request.Type) -> Request? {
    requests.lazy.compactMap { $0 as? Request }.first
  }

  /// The columns of points that records hold, in file order.
  public var columns: [Column] {
    let trains = requests.contains { $0.trainsNetworks }
    return structure + requests.flatMap { $0.columns }
      + (trains ? requests.flatMap { $0.repeatedColumns }.map(\.afterTraining) : [])
  }

  /// Patterns of the names of representations that are measured; nil for the standard ones.
  ///
  /// All measurements share the dimension of representations, so those that choose agree.
  public var representations: [String]? { requests.lazy.compactMap { $0.representations }.first }

  /// Whether functions that files spell out are computed as they are spelled out.
  public var isExact: Bool { requests.contains { $0.isExact } }

  /// Whether images are chosen or split by the top-level seed.
  public var usesSeed: Bool { requests.contains { $0.data != nil } }

  /// The key path of the file that weights are written to, and its name; nil where none are.
  var savedWeights: (keyPath: String, location: WeightsLocation)? {
    requests.lazy.compactMap { request in
      request.savedWeights.map {
        ("measure.\(type(of: request).section).save_weights.file", $0)
      }
    }.first
  }

  /// The choice in the one spelling that the plan hash covers.
  public var canonicalText: String {
    var sections: [(name: String, entries: [String])] = []
    for request in requests {
      let name = type(of: request).section
      if let place = sections.firstIndex(where: { $0.name == name }) {
        sections[place].entries.append(request.canonicalText)
      } else {
        sections.append((name, [request.canonicalText]))
      }
    }
    let texts = sections.map { "\($0.name): {\($0.entries.joined(separator: ", "))}" }
    return "{\(texts.joined(separator: ", "))}"
  }
}
