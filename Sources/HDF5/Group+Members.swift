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
    return try kind(of: member) == H5I_DATASET
  }

  /// Whether there is a group of this name.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Lexists`, `H5Iget_type`.
  ///
  /// **Complexity**: does not grow with the number of members by more than the file's index of them.
  public func containsGroup(_ member: String) throws(HDF5Error) -> Bool {
    guard try contains(member) else { return false }
    return try kind(of: member) == H5I_GROUP
  }

  /// The names of the datasets, in the order of creation where the file keeps it.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Literate`.
  public func datasetNames() throws(HDF5Error) -> [String] {
    try memberNames(of: H5I_DATASET, amongFirst: .max)
  }

  /// The names of the groups, in the order of creation where the file keeps it.
  ///
  /// - Parameter count: so many members are looked at.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Literate`.
  public func groupNames(amongFirst count: Int = .max) throws(HDF5Error) -> [String] {
    try memberNames(of: H5I_GROUP, amongFirst: count)
  }

  private func memberNames(
    of wanted: H5I_type_t, amongFirst count: Int
  ) throws(HDF5Error) -> [String] {
    var names: [String] = []
    for member in try memberNames(first: count) where try kind(of: member) == wanted {
      names.append(member)
    }
    return names
  }

  private func kind(of member: String) throws(HDF5Error) -> H5I_type_t {
    let id = handle.id
    let path = path(of: member)
    let object = try check("H5Oopen", path) { unsafe H5Oopen(id, member, CHDF5_DEFAULT()) }
    let owner = Handle(owning: object, .object)
    return H5I_type_t(try check("H5Iget_type", path) { H5Iget_type(owner.id).rawValue })
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
