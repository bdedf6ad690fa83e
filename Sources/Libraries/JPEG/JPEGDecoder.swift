internal import CTurboJPEG

/// The library's decoder, for one image.
@safe struct JPEGDecoder: ~Copyable {
  private let handle: tjhandle

  init() throws(JPEGError) {
    guard let handle = unsafe tjInitDecompress() else {
      throw .damaged("the library has no memory for its decoder")
    }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe tjDestroy(handle) }

  /// What the header says: the size, and the library's code of the colour space.
  func header(
    of bytes: borrowing [UInt8]
  ) throws(JPEGError) -> (width: Int, height: Int, space: TJCS) {
    var (width, height, subsampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let code = unsafe bytes.withUnsafeBufferPointer { source in
      unsafe tjDecompressHeader3(
        handle, source.baseAddress, UInt(source.count), &width, &height, &subsampling, &space)
    }
    guard code == 0, width > 0, height > 0, space >= 0 else { throw problem }
    return (Int(width), Int(height), TJCS(rawValue: UInt32(space)))
  }

  /// All samples, one or three for a pixel.
  func samples(
    of bytes: borrowing [UInt8], width: Int, height: Int, channels: Int
  ) throws(JPEGError) -> [UInt8] {
    var samples = [UInt8](repeating: 0, count: width * height * channels)
    let format = channels == 1 ? TJPF_GRAY : TJPF_RGB
    // The accurate transform is that of other programs. Damage must not be passed over, nor may scans be
    // repeated without end.
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    let code = unsafe bytes.withUnsafeBufferPointer { source in
      unsafe samples.withUnsafeMutableBufferPointer { target in
        unsafe tjDecompress2(
          handle, source.baseAddress, UInt(source.count), target.baseAddress, Int32(width), 0,
          Int32(height), Int32(format.rawValue), flags)
      }
    }
    guard code == 0 else { throw problem }
    return samples
  }

  /// What the library says of its last step.
  private var problem: JPEGError {
    let text = unsafe tjGetErrorStr2(handle).map { unsafe String(cString: $0) } ?? ""
    // The library puts the name of its function in front.
    return .damaged(text.split(separator: "(): ", maxSplits: 1).last.map(String.init) ?? text)
  }
}
