/// Where weights stand: a file, and a group of it.
///
/// In a sweep file both may hold placeholders such as `{width}`, which stand for the values that
/// columns of the results file have at a point, and `{name}`, the sweep's name. A point's own
/// location has none left.
public struct WeightsLocation: Hashable, Sendable {
  /// What kind of file it is.
  public enum Format: Hashable, Sendable {
    /// HDF5 in the layout of weights files.
    case hdf5
    /// A state dict in safetensors files; whether shortcuts that change the width are slices between zero
    /// channels, and so have no weights.
    case safetensors(padsShortcuts: Bool)
  }

  /// The file's path as it is written; a relative one starts at the folder of the sweep file.
  public let path: String
  /// The group that holds the layers, from `/` on; nil for the root group.
  public let group: String?
  /// What kind of file it is.
  public let format: Format

  /// Makes a location; a group is brought to its one spelling, with a slash before each name.
  public init(path: String, group: String? = nil, format: Format = .hdf5) {
    (self.path, self.format) = (path, format)
    let names = (group ?? "").split(separator: "/").filter { $0 != "." }
    self.group = names.isEmpty ? nil : "/" + names.joined(separator: "/")
  }

  /// The location in the one spelling that identifies it.
  public var canonicalText: String {
    switch format {
    case .hdf5:
      "{file: \(yamlQuoted(path))" + (group.map { ", group: \(yamlQuoted($0))" } ?? "") + "}"
    case .safetensors(let padsShortcuts):
      "{safetensors: \(yamlQuoted(path))" + (padsShortcuts ? ", shortcuts: padded}" : "}")
    }
  }

  /// File and group as messages name them.
  public var description: String { path + (group.map { ":\($0)" } ?? "") }
}

extension WeightsLocation {
  /// The placeholders of path and group, in order.
  var names: [String] { [path, group ?? ""].flatMap { PlaceholderText.names(in: $0) } }

  /// The location with values in place of the placeholders; nil where one has no value.
  func filled(_ value: (String) -> String?) -> WeightsLocation? {
    guard let path = PlaceholderText.filled(path, value) else { return nil }
    guard let group else { return WeightsLocation(path: path, format: format) }
    return PlaceholderText.filled(group, value).map {
      WeightsLocation(path: path, group: $0, format: format)
    }
  }
}
