/// A dimension of the results file's root group.
///
/// Every file has points, draws and layers; a measurement declares the others that its columns have.
/// Dimensions are told apart by their names.
public struct ColumnDimension: Sendable {
  /// The name, also of its scale.
  public let name: String
  /// The type of its scale.
  public let type: ColumnType
  /// The words that readers show.
  public let longName: String
  /// What the values of its scale are, codes with their words.
  public let meaning: String
  /// What the names of its values in the file are; nil if the file does not name them.
  public let labelMeaning: String?

  /// Declares a dimension.
  ///
  /// - Parameters:
  ///   - name: the name, also of its scale.
  ///   - isReal: whether the values of its scale are float64; otherwise they are int32.
  ///   - longName: the words that readers show; nil for the name.
  ///   - meaning: what the values of its scale are.
  ///   - codes: what these values stand for, if they are codes.
  ///   - labelMeaning: what the names of its values in the file are; nil if the file does not name them.
  public init(
    _ name: String, isReal: Bool = false, longName: String? = nil, _ meaning: String,
    codes: [Column.Flag] = [], labels labelMeaning: String? = nil
  ) {
    self.name = name
    type = isReal ? .float64 : .int32
    self.longName = longName ?? name
    let words = codes.map { "\($0.value) \($0.meaning)" }.joined(separator: ", ")
    self.meaning = codes.isEmpty ? meaning : "\(meaning): \(words)"
    self.labelMeaning = labelMeaning
  }

  /// The points, whose indices need more room.
  private init(points meaning: String) {
    (name, longName, self.meaning, labelMeaning) = ("point", "point", meaning, nil)
    type = .int64
  }

  /// A grid entry, counted from 0.
  public static let point = ColumnDimension(points: "index of the point in the plan")
  /// One of several random initialisations, counted from 0.
  public static let draw = ColumnDimension("draw", "index of the random initialisation")
  /// A layer; 0 is the network's input.
  public static let layer = ColumnDimension(
    "layer", "index of the layer; 0 is the network's input",
    labels: "the name of the layer, as papers count: from 1")
}

extension ColumnDimension: Hashable {
  /// Compares names.
  public static func == (one: ColumnDimension, other: ColumnDimension) -> Bool {
    one.name == other.name
  }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
