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

  /// The names of the datasets, in the order of creation where the file keeps it.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Lget_name_by_idx`.
  public func datasetNames() throws(HDF5Error) -> [String] { try memberNames(of: H5I_DATASET) }

  /// The names of the groups, in the order of creation where the file keeps it.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Lget_name_by_idx`.
  public func groupNames() throws(HDF5Error) -> [String] { try memberNames(of: H5I_GROUP) }

  private func memberNames(of kind: H5I_type_t) throws(HDF5Error) -> [String] {
    let id = handle.id
    var info = H5G_info_t()
    try check("H5Gget_info", name) { unsafe H5Gget_info(id, &info) }
    var names: [String] = []
    for index in 0..<info.nlinks {
      let member = try memberName(index)
      let object = try check("H5Oopen", path(of: member)) {
        unsafe H5Oopen(id, member, CHDF5_DEFAULT())
      }
      let found = H5Iget_type(object)
      H5Oclose(object)
      if found == kind { names.append(member) }
    }
    return names
  }

  /// One member's name; files of other programs may keep the order of names only.
  private func memberName(_ index: hsize_t) throws(HDF5Error) -> String {
    let id = handle.id
    CHDF5_prepare()
    let tracked = unsafe H5Lget_name_by_idx(
      id, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, index, nil, 0, CHDF5_DEFAULT())
    let order = tracked >= 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME
    let length = try check("H5Lget_name_by_idx", name) {
      unsafe H5Lget_name_by_idx(
        id, ".", order, H5_ITER_INC, index, nil, 0, CHDF5_DEFAULT())
    }
    var characters = [CChar](repeating: 0, count: length + 1)
    try check("H5Lget_name_by_idx", name) {
      unsafe H5Lget_name_by_idx(
        id, ".", order, H5_ITER_INC, index, &characters, characters.count, CHDF5_DEFAULT())
    }
    return String(decoding: characters.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
