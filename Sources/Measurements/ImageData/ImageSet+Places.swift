extension ImageSet {
  /// The values of images in any order, such as those that a seed has chosen.
  ///
  /// **Shape**: images × channels × size × size, row-major.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more.
  ///
  /// **Complexity**: opens an HDF5 file once, and reads what lies close together at one time.
  public func values(at places: [Int]) throws(InputFileError) -> [Double] {
    check(places)
    guard case .hdf5(let file) = storage else {
      var values: [Double] = []
      values.reserveCapacity(places.count * dimension)
      for place in places { values += try self.values(place..<place + 1) }
      return values
    }
    return try file.values(at: places)
  }

  /// The bytes of images in any order of a set whose values are bytes.
  ///
  /// **Shape**: images × channels × size × size, row-major.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more.
  ///
  /// **Complexity**: opens an HDF5 file once, and reads what lies close together at one time.
  public func bytes(at places: [Int]) throws(InputFileError) -> [UInt8] {
    check(places)
    guard case .hdf5(let file) = storage else {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(places.count * dimension)
      for place in places { bytes += try self.bytes(place..<place + 1) }
      return bytes
    }
    precondition(largestByte != nil, "bytes of images that are floating-point numbers")
    return try file.bytes(at: places)
  }

  private func check(_ places: [Int]) {
    precondition(places.allSatisfy { $0 >= 0 && $0 < count }, "images of a set of \(count)")
  }
}
