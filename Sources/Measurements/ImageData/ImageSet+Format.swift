extension ImageSet {
  /// Opens images in one of the formats that are known: HDF5, IDX (gzipped or not) or the binary versions
  /// of CIFAR-10 and CIFAR-100 by their first bytes and their size, and folders of PNG and JPEG files or of
  /// CIFAR-10's batches.
  ///
  /// - Parameters:
  ///   - path: the file or the folder.
  ///   - name: what messages call it.
  ///   - dataset: the name of the images in an HDF5 file.
  ///   - labels: where the classes are: a name in the same HDF5 file, another IDX file, a CSV file for a
  ///     folder of pictures, or `coarse` for CIFAR-100; nil if none are asked for, or if images bring them.
  ///   - preparation: what is done to pictures.
  ///
  /// **Throws**: `InputFileError`.
  public static func open(
    _ path: String, name: String, dataset: String, labels: String?,
    preparation: PicturePreparation = PicturePreparation()
  ) throws(InputFileError) -> ImageSet {
    let format = ImageFormat(at: path)
    guard format == .pictures || preparation == PicturePreparation() else {
      throw InputFileError(
        path: name, problem: "it is not a folder of pictures",
        expected: "one, to resize and to crop")
    }
    switch format {
    case .pictures:
      return try folder(
        path, name: name, labels: labels.map { ($0, $0) }, preparation: preparation)
    case .hdf5:
      let images = try hdf5(path, dataset: dataset, name: name)
      guard let labels else { return images }
      return try images.labelled(dataset: labels)
    case .idx:
      let images = try idx(path, name: name)
      guard let labels else { return images }
      return try images.labelled(idx: labels, name: labels)
    case .cifar100:
      guard let choice = CIFAR100Labels(rawValue: labels ?? "fine") else {
        throw InputFileError(
          path: name, problem: "files of CIFAR-100 hold the classes themselves",
          expected: "labels fine or coarse")
      }
      return try cifar100(path, name: name, labels: choice)
    case .cifar10:
      guard labels == nil else {
        throw InputFileError(
          path: name, problem: "files of CIFAR-10 hold the classes themselves",
          expected: "labels with HDF5, IDX, CIFAR-100 or folders of pictures only")
      }
      return try cifar10(path, name: name)
    }
  }
}
