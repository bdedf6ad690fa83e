internal import CHDF5

/// How the values of a dataset are stored.
public struct DatasetOptions: Sendable {
  /// The chunk's extents, one per dimension; nil stores the dataset in one piece.
  public var chunk: [Int]?
  /// Groups the bytes of equal significance, so that they compress better.
  public var shuffles: Bool
  /// The level of compression, 0 … 9; nil for none.
  public var deflateLevel: Int?

  /// Collects the options; shuffling and compression need a chunk.
  public init(chunk: [Int]? = nil, shuffles: Bool = false, deflateLevel: Int? = nil) {
    precondition(
      chunk != nil || !shuffles && deflateLevel == nil, "only chunks are shuffled or compressed")
    self.chunk = chunk
    self.shuffles = shuffles
    self.deflateLevel = deflateLevel
  }
}

/// A property list; all of them keep the order of creation and leave times out.
struct PropertyList: ~Copyable {
  let handle: Handle

  private init(class identifier: hid_t) throws(HDF5Error) {
    let id = try check("H5Pcreate", "a property list") { H5Pcreate(identifier) }
    handle = Handle(owning: id, .propertyList)
  }

  /// For a new file, whose root keeps the order in which its members are made.
  static func fileCreation() throws(HDF5Error) -> PropertyList {
    let list = try PropertyList(class: CHDF5_P_FILE_CREATE())
    try list.trackOrder(ofLinks: true)
    return list
  }

  /// For opening files: no locks, and where a file is made, what every version since 1.8 reads.
  static func fileAccess(making isNew: Bool) throws(HDF5Error) -> PropertyList {
    let list = try PropertyList(class: CHDF5_P_FILE_ACCESS())
    let id = list.handle.id
    if isNew {
      try check("H5Pset_libver_bounds", "a file's access") { CHDF5_set_oldest_bounds(id) }
    }
    try check("H5Pset_file_locking", "a file's access") { CHDF5_do_not_lock(id) }
    return list
  }

  /// For a new group, which keeps the order in which its members are made.
  static func groupCreation() throws(HDF5Error) -> PropertyList {
    let list = try PropertyList(class: CHDF5_P_GROUP_CREATE())
    try list.trackOrder(ofLinks: true)
    return list
  }

  /// For a new dataset.
  static func datasetCreation(_ options: DatasetOptions) throws(HDF5Error) -> PropertyList {
    let list = try PropertyList(class: CHDF5_P_DATASET_CREATE())
    let id = list.handle.id
    try list.trackOrder(ofLinks: false)
    if let chunk = options.chunk {
      let extents = chunk.map { size($0) }
      try check("H5Pset_chunk", "chunks of \(chunk)") {
        unsafe H5Pset_chunk(id, Int32(extents.count), extents)
      }
    }
    if options.shuffles {
      try check("H5Pset_shuffle", "a dataset") { H5Pset_shuffle(id) }
    }
    if let level = options.deflateLevel {
      try check("H5Pset_deflate", "level \(level)") { H5Pset_deflate(id, UInt32(level)) }
    }
    return list
  }

  private borrowing func trackOrder(ofLinks links: Bool) throws(HDF5Error) {
    let id = handle.id
    let order = CHDF5_ORDER_TRACKED_AND_INDEXED()
    if links {
      try check("H5Pset_link_creation_order", "an object") { H5Pset_link_creation_order(id, order) }
    }
    try check("H5Pset_attr_creation_order", "an object") { H5Pset_attr_creation_order(id, order) }
    try check("H5Pset_obj_track_times", "an object") { H5Pset_obj_track_times(id, false) }
  }
}
