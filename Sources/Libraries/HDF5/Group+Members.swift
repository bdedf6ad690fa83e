internal import CHDF5

extension Group {
  /// Whether there is a member of this name.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Lexists`.
  public func contains(_ member: String) throws(HDF5Error) -> Bool {
    let id = handle.id
    return try check("H5Lexists", path(of: member)) {
      unsafe H5Lexists(id, member, CHDF5_DEFAULT())
    } > 0
  }

  /// Whether there is a dataset of this name.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Lexists`, `H5Iget_type`.
  ///
  /// **Complexity**: does not grow with the number of members by more than the file's index of them.
  public func containsDataset(_ member: String) throws(HDF5Error) -> Bool {
    guard try contains(member) else { return false }
    return try kind(of: member) == .dataset
  }

  /// Whether there is a group of this name.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Lexists`, `H5Iget_type`.
  ///
  /// **Complexity**: does not grow with the number of members by more than the file's index of them.
  public func containsGroup(_ member: String) throws(HDF5Error) -> Bool {
    guard try contains(member) else { return false }
    return try kind(of: member) == .group
  }

  /// What a member of a group is.
  public enum MemberKind: Sendable {
    /// A group.
    case group
    /// A dataset.
    case dataset
    /// A type with a name.
    case other
    /// A link that leads nowhere.
    case broken
  }

  /// The members with what they are, in the order of creation where the file keeps it.
  ///
  /// - Parameter count: so many members are looked at.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Literate`.
  public func members(
    first count: Int = .max
  ) throws(HDF5Error) -> [(name: String, kind: MemberKind)] {
    var members: [(name: String, kind: MemberKind)] = []
    for name in try memberNames(first: count) { members.append((name, try kind(of: name))) }
    return members
  }

  /// The names of the datasets, in the order of creation where the file keeps it.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Literate`.
  public func datasetNames() throws(HDF5Error) -> [String] {
    try members().filter { $0.kind == .dataset }.map(\.name)
  }

  /// The names of the groups, in the order of creation where the file keeps it.
  ///
  /// - Parameter count: so many members are looked at.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Literate`.
  public func groupNames(amongFirst count: Int = .max) throws(HDF5Error) -> [String] {
    try members(first: count).filter { $0.kind == .group }.map(\.name)
  }

  private func kind(of member: String) throws(HDF5Error) -> MemberKind {
    let path = path(of: member)
    do throws(HDF5Error) {
      return switch try handle.member(member, path).type(path) {
      case H5I_GROUP: .group
      case H5I_DATASET: .dataset
      default: .other
      }
    } catch {
      if case .hard? = try handle.link(member, path) { throw error }
      return .broken
    }
  }

  /// The names of the first members.
  private func memberNames(first count: Int) throws(HDF5Error) -> [String] {
    let id = handle.id
    let order = try keepsOrder() ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME
    let names = Names(limit: count)
    let visit: CHDF5_visit = { name, context in
      guard let name = unsafe name, let context = unsafe context else { return 0 }
      let names = unsafe Unmanaged<Names>.fromOpaque(context).takeUnretainedValue()
      names.texts.append(unsafe String(cString: name))
      return names.texts.count < names.limit ? 0 : 1
    }
    try check("H5Literate", name) {
      withExtendedLifetime(names) {
        unsafe CHDF5_iterate(id, order, visit, Unmanaged.passUnretained(names).toOpaque())
      }
    }
    return names.texts
  }

  /// Whether the file keeps the order of creation; files of other programs may not.
  private func keepsOrder() throws(HDF5Error) -> Bool {
    let id = handle.id
    let list = Handle(
      owning: try check("H5Gget_create_plist", name) { H5Gget_create_plist(id) }, .propertyList)
    var flags: UInt32 = 0
    try check("H5Pget_link_creation_order", name) {
      unsafe H5Pget_link_creation_order(list.id, &flags)
    }
    return flags & CHDF5_ORDER_TRACKED() != 0
  }
}

/// Names that a visit collects.
private final class Names {
  let limit: Int
  var texts: [String] = []

  init(limit: Int) { self.limit = limit }
}
