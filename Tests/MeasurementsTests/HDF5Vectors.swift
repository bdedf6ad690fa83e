import HDF5

/// Files of vectors, such as signals and tokens.
enum HDF5Vectors {
  /// Writes vectors, one behind the other, as the dataset `images`.
  static func write(_ values: [Double], count: Int, to path: String) throws {
    let file = try File.create(path)
    do {
      try file.root().createDataset("images", .float64, shape: [count, values.count / count])
        .write(values)
    }
    try file.close()
  }
}
