internal import Architectures

extension WeightsLocation {
  /// What placeholders can be called besides where weights are written: the point's id as results
  /// files show it, and the number of the draw.
  static let savedPlaceholders = ["id", "draw"]

  /// The path with as few components as name the same file, links apart.
  fileprivate var plainPath: String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}

extension Plan {
  /// Where the trained weights of a point's draw are written; nil where the sweep does not save them.
  ///
  /// No two draws of a plan have a file in common.
  public func savedWeights(of point: Point, draw: Int) -> WeightsLocation? {
    guard let location = spec.measure.savedWeights?.location else { return nil }
    let values = spec.placeholderValues(of: point)
    return location.filled { spec.placeholder($0, point, values, draw: draw) }
  }

  /// What is wrong with the names of the files that trained weights are written to.
  ///
  /// **Complexity**: O(points × draws) in time and memory, and nothing where no weights are saved.
  func mistakesInSavedWeights() -> [SpecError] {
    guard let location = spec.measure.savedWeights?.location else { return [] }
    var owners: [String: (point: Int, draw: Int)] = [:]
    var nameless: (point: Int, name: String, count: Int)?
    var shared: (path: String, one: (point: Int, draw: Int), other: (point: Int, draw: Int))?
    var sharedCount = 0
    for index in 0..<count {
      let point = point(at: index)
      let values = spec.placeholderValues(of: point)
      for draw in 0..<point.weights.draws {
        guard let filled = location.filled({ spec.placeholder($0, point, values, draw: draw) })
        else {
          let missing = location.names.first {
            spec.placeholder($0, point, values, draw: draw) == nil
          }
          nameless = (
            nameless?.point ?? index, nameless?.name ?? missing ?? "", (nameless?.count ?? 0) + 1
          )
          break
        }
        let path = filled.plainPath
        guard let owner = owners[path] else {
          owners[path] = (index, draw)
          continue
        }
        sharedCount += 1
        shared = shared ?? (filled.path, owner, (index, draw))
      }
    }
    var mistakes: [SpecError] = []
    if let nameless {
      let rest = nameless.count > 1 ? " and \(nameless.count - 1) more have" : " has"
      mistakes.append(
        spec.mistakeInSavedWeights(
          "point \(nameless.point)\(rest) no \(nameless.name) for \(location.description)",
          expected: "names without {\(nameless.name)}"))
    }
    if let shared {
      mistakes.append(
        mistake(of: shared.one, and: shared.other, in: shared.path, count: sharedCount))
    }
    return mistakes
  }

  /// What is said of two networks that would be written to one file.
  private func mistake(
    of one: (point: Int, draw: Int), and other: (point: Int, draw: Int), in path: String, count: Int
  ) -> SpecError {
    let rest = count > 1 ? ", and \(count - 1) more share a file" : ""
    guard one.point != other.point else {
      return spec.mistakeInSavedWeights(
        "draws \(one.draw) and \(other.draw) of point \(one.point) would both be written to "
          + "\(path)\(rest)", expected: "{draw} in it")
    }
    let points = (point(at: one.point), point(at: other.point))
    let values = (spec.placeholderValues(of: points.0), spec.placeholderValues(of: points.1))
    // Values that run into one another, such as 1 and 12, are told apart by the id only.
    let used = spec.measure.savedWeights.map { WeightsLocation(path: $0.location.path).names } ?? []
    // A key that no point makes use of would say what another key says already.
    let unused = omittedKeys.compactMap(\.column)
    let telling = PlaceholderValues.names.first { name in
      guard !used.contains(name), !unused.contains(name), let first = values.0[name],
        let second = values.1[name]
      else { return false }
      return first != second
    }
    let difference = telling.map { name in
      " (\(name) \(values.0[name] ?? "") and \(values.1[name] ?? ""))"
    }
    return spec.mistakeInSavedWeights(
      "points \(one.point) and \(other.point)\(difference ?? "") would both be written to "
        + "\(path)\(rest)",
      expected: telling.map { "{\($0)} in it, or {id}" } ?? "{id} in it")
  }
}

extension Spec {
  fileprivate func placeholderValues(of point: Point) -> PlaceholderValues {
    PlaceholderValues(
      columns: point.columns, inferenceSweeps: point.inferenceSweeps, seed: Int(point.seed),
      sweep: name)
  }

  fileprivate func placeholder(
    _ name: String, _ point: Point, _ values: PlaceholderValues, draw: Int
  ) -> String? {
    switch name {
    case "id": point.shortID
    case "draw": String(draw)
    default: values[name]
    }
  }

  fileprivate func mistakeInSavedWeights(_ problem: String, expected: String) -> SpecError {
    let keyPath = measure.savedWeights?.keyPath ?? ""
    return SpecError(
      places[keyPath] ?? Place(line: 1, column: 1), keyPath, problem, expected: expected)
  }
}
