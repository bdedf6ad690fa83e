internal import CHDF5

/// The owner of one identifier of the library.
struct Handle: ~Copyable {
  /// What an identifier stands for, which decides how it is closed.
  enum Kind {
    case file
    case group
    case dataset
    case object
    case attribute
    case dataspace
    case datatype
    case propertyList
  }

  let id: hid_t
  let kind: Kind

  /// Takes over an identifier that a successful call returned.
  init(owning id: hid_t, _ kind: Kind) {
    self.id = id
    self.kind = kind
  }

  deinit { _ = Self.close(id, kind) }

  /// Closes, and reports what could not be written.
  consuming func close(_ object: String) throws(HDF5Error) {
    let id = id
    let kind = kind
    discard self
    try check("closing", object) { Self.close(id, kind) }
  }

  /// Gives the identifier to another owner.
  consuming func released() -> hid_t {
    let id = id
    discard self
    return id
  }

  private static func close(_ id: hid_t, _ kind: Kind) -> herr_t {
    CHDF5_prepare()
    return switch kind {
    case .file: H5Fclose(id)
    case .group: H5Gclose(id)
    case .dataset: H5Dclose(id)
    case .object: H5Oclose(id)
    case .attribute: H5Aclose(id)
    case .dataspace: H5Sclose(id)
    case .datatype: H5Tclose(id)
    case .propertyList: H5Pclose(id)
    }
  }
}

/// An object's identifier, lent to calls that take a group or a dataset.
public struct ObjectID {
  let raw: hid_t
}

/// A group or a dataset: what can carry attributes.
public protocol HDF5Object: ~Copyable {
  /// The identifier, valid as long as the object is.
  var objectID: ObjectID { get }
  /// The path within the file, for messages.
  var name: String { get }
}
