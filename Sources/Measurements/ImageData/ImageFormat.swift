internal import Foundation

/// How a file or a folder holds images.
public enum ImageFormat: Sendable {
  /// Datasets of an HDF5 file.
  case hdf5
  /// The format of MNIST, gzipped or not.
  case idx
  /// The binary version of CIFAR-10, or the folder of its batches.
  case cifar10
  /// The binary version of CIFAR-100.
  case cifar100
  /// A folder of PNG and JPEG files.
  case pictures

  /// Looks at what a file begins with and at its size, or at what is in a folder.
  ///
  /// A file that cannot be read counts as one of CIFAR-10, which says so when it is opened.
  public init(at path: String) {
    let files = FileManager.default
    var isFolder = ObjCBool(false)
    if unsafe files.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      self = files.fileExists(atPath: "\(path)/data_batch_1.bin") ? .cifar10 : .pictures
      return
    }
    let head = FileHandle(forReadingAtPath: path).flatMap { try? $0.read(upToCount: 4) } ?? Data()
    let size = (try? files.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    if head == Data([0x89, 0x48, 0x44, 0x46]) {
      self = .hdf5
    } else if head.starts(with: [0x1F, 0x8B]) || head.starts(with: [0, 0, 8]) {
      // A row of CIFAR-10 begins with a class too, but its file is a multiple of 3,073 bytes, and IDX
      // files say their own size.
      self = .idx
    } else {
      self = size.isMultiple(of: 3_074) && !size.isMultiple(of: 3_073) ? .cifar100 : .cifar10
    }
  }
}
