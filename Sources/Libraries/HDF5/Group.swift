internal import CHDF5

/// A group: a folder of datasets and groups.
public struct Group: ~Copyable, HDF5Object {
  let handle: Handle
  /// The path within the file.
  public let name: String

  init(owning id: hid_t, name: String) {
    handle = Handle(owning: id, .group)
    self.name = name
  }

  /// The identifier, valid as long as the group is.
  public var objectID: ObjectID { ObjectID(raw: handle.id) }

  /// Creates a group in this one, which keeps the order in which its members are made.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Gcreate2`.
  public func createGroup(_ member: String) throws(HDF5Error) -> Group {
    let path = path(of: member)
    let id = handle.id
    let creation = try PropertyList.groupCreation()
    let list = creation.handle.id
    let group = try check("H5Gcreate", path) {
      unsafe H5Gcreate2(id, member, CHDF5_DEFAULT(), list, CHDF5_DEFAULT())
    }
    return Group(owning: group, name: path)
  }

  /// Opens a group of this one.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Gopen2`.
  public func openGroup(_ member: String) throws(HDF5Error) -> Group {
    let path = path(of: member)
    let id = handle.id
    let group = try check("H5Gopen", path) { unsafe H5Gopen2(id, member, CHDF5_DEFAULT()) }
    return Group(owning: group, name: path)
  }

  /// Creates a dataset of numbers, little-endian in the file.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dcreate2`.
  public func createDataset(
    _ member: String, _ type: ElementType, shape: [Int], options: DatasetOptions = DatasetOptions()
  ) throws(HDF5Error) -> Dataset {
    try create(member, type: type.stored, shape: shape, options: options)
  }

  /// Creates a dataset of text of any length in UTF-8.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dcreate2`.
  public func createTextDataset(
    _ member: String, shape: [Int], options: DatasetOptions = DatasetOptions()
  ) throws(HDF5Error) -> Dataset {
    let type = try Datatype.text()
    return try create(member, type: type.handle.id, shape: shape, options: options)
  }

  /// Opens a dataset of this group.
  ///
  /// **Throws**: `HDF5Error`. **Source**: `H5Dopen2`.
  public func openDataset(_ member: String) throws(HDF5Error) -> Dataset {
    let path = path(of: member)
    let id = handle.id
    let dataset = try check("H5Dopen", path) { unsafe H5Dopen2(id, member, CHDF5_DEFAULT()) }
    return Dataset(owning: dataset, name: path)
  }

  private func create(
    _ member: String, type: hid_t, shape: [Int], options: DatasetOptions
  ) throws(HDF5Error) -> Dataset {
    let path = path(of: member)
    let id = handle.id
    let space = try Dataspace(shape: shape)
    let creation = try PropertyList.datasetCreation(options)
    let extent = space.handle.id
    let list = creation.handle.id
    let dataset = try check("H5Dcreate", path) {
      unsafe H5Dcreate2(id, member, type, extent, CHDF5_DEFAULT(), list, CHDF5_DEFAULT())
    }
    return Dataset(owning: dataset, name: path)
  }

  /// A member's path within the file.
  func path(of member: String) -> String {
    name == "/" ? "/\(member)" : "\(name)/\(member)"
  }
}
