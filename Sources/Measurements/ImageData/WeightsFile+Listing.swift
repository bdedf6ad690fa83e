internal import HDF5

extension WeightsFile {
  /// Lists what a group holds; reads no numbers.
  ///
  /// - Parameters:
  ///   - members: the group.
  ///   - group: its path in the file, nil for the root group.
  ///   - name: what messages call the file.
  ///   - sources: the files that links to the group lead through.
  static func list(
    _ members: borrowing Group, _ group: String?, _ name: String, _ sources: SourceFiles
  ) throws -> WeightsListing {
    var listing = WeightsListing(path: name, group: group ?? "/", sources: sources)
    for (member, kind) in try members.members() {
      if let layer = Int(member), layer >= 0, String(layer) == member {
        // A link that leads nowhere is an error that names it.
        if kind == .group || kind == .broken,
          let group = try members.group(at: member, noting: &listing.sources)
        {
          try add(layer: layer, group, to: &listing)
          continue
        }
      }
      listing.others.append(member)
      if kind == .group, try holdsNormalization(members, member) {
        listing.transforms.append(member)
      } else if member != "classifier", member != testImagesName {
        listing.unused.append(member)
      }
    }
    return listing
  }

  private static func add(
    layer: Int, _ group: borrowing Group, to listing: inout WeightsListing
  ) throws {
    for (member, kind) in try group.members() {
      switch member {
      case "weight", "bias": try add(member, in: group, at: "\(layer)", to: &listing)
      case "shortcut" where kind == .group || kind == .broken:
        guard let shortcut = try group.group(at: member, noting: &listing.sources) else { continue }
        try add(shortcut: shortcut, at: "\(layer)/shortcut", to: &listing)
      default: try note(member, kind, in: group, at: "\(layer)", to: &listing)
      }
    }
  }

  private static func add(
    shortcut: borrowing Group, at path: String, to listing: inout WeightsListing
  ) throws {
    for (member, kind) in try shortcut.members() {
      switch member {
      case "weight": try add(member, in: shortcut, at: path, to: &listing)
      case "bias" where kind == .dataset:
        // Zeros change nothing: `read` looks.
        listing.projectionBiases.append("\(path)/\(member)")
        listing.unused.append("\(path)/\(member)")
      default: try note(member, kind, in: shortcut, at: path, to: &listing)
      }
    }
  }

  private static func add(
    _ member: String, in group: borrowing Group, at path: String, to listing: inout WeightsListing
  ) throws {
    guard let dataset = try group.dataset(at: member, noting: &listing.sources) else { return }
    try dataset.noteSources(in: &listing.sources)
    listing.entries["\(path)/\(member)"] = WeightsListing.Entry(
      shape: try dataset.shape(), type: try dataset.elementSummary())
  }

  /// Notes what stands beside a weight and is neither a weight nor a bias.
  private static func note(
    _ member: String, _ kind: Group.MemberKind, in group: borrowing Group, at path: String,
    to listing: inout WeightsListing
  ) throws {
    let isTransform =
      switch kind {
      case .dataset: transforms.contains(member.lowercased())
      case .group:
        try isNormalization(member) || holdsNormalization(group, member)
          || member == "parametrizations"
      case .other, .broken: false
      }
    if isTransform {
      listing.transforms.append("\(path)/\(member)")
    } else {
      listing.unused.append("\(path)/\(member)")
    }
  }

  /// What torch, Keras and others call the numbers of a normalisation.
  private static let normalizations: Set = [
    "running_mean", "running_var", "moving_mean", "moving_variance", "gamma", "beta",
  ]
  /// What beside a weight says that the layer computes something else than its weight and its bias
  /// say.
  private static let transforms = normalizations.union([
    "mean", "var", "variance", "scale", "shift", "offset", "weight_g", "weight_v", "weight_orig",
    "weight_mask", "bias_orig", "bias_mask", "weight_scale", "weight_zero_point",
  ])

  private static func isNormalization(_ group: String) -> Bool {
    let name = group.lowercased()
    return name.contains("norm") || name.hasPrefix("bn")
  }

  private static func holdsNormalization(
    _ parent: borrowing Group, _ member: String
  ) throws -> Bool {
    try parent.openGroup(member).datasetNames().contains {
      normalizations.contains($0.lowercased())
    }
  }
}
