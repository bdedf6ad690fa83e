public import NetworkGraphs

/// A precision in which neural frames are measured: single or double.
///
/// The requirements are what statistics spend their time in besides products. They are witnessed for each
/// precision in this module, so that the compiler specialises them whoever calls.
public protocol FrameScalar: GraphScalar {
  /// Copies the values at some places as they are, in double precision, to a place in others.
  static func widen(
    _ values: borrowing Span<Self>, at places: ArraySlice<Int32>, into result: inout [Double],
    at place: Int)

  /// Writes the places of the values that are not 0, in order, and returns how many there are.
  ///
  /// - Parameters:
  ///   - values: the values; a NaN is not 0.
  ///   - places: room for as many places.
  static func findOpen(_ values: borrowing Span<Self>, places: inout [Int32]) -> Int

  /// All products of two vectors that are 0 where the first is, in single precision; nil if double
  /// precision is called for, see `FrameWorkspace`.
  ///
  /// - Parameters:
  ///   - vectors: the vectors, one behind the other.
  ///   - count: their number.
  ///   - workspace: memory for the products.
  ///
  /// **Shape**: count × count, symmetric.
  ///
  /// **Throws**: `OneDNNError`.
  static func singleProducts(
    of vectors: borrowing Span<Self>, count: Int, in workspace: FrameWorkspace
  ) throws -> [Double]?
}

extension Float: FrameScalar {
  /// Converts one value after the other.
  public static func widen(
    _ values: borrowing Span<Float>, at places: ArraySlice<Int32>, into result: inout [Double],
    at place: Int
  ) {
    precondition(place >= 0 && place + places.count <= result.count, "no room for the values")
    unsafe places.withUnsafeBufferPointer { places in
      unsafe result.withUnsafeMutableBufferPointer { result in
        for index in 0..<places.count {
          unsafe result[place + index] = Double(values[Int(places[index])])
        }
      }
    }
  }

  /// Adds the sign of the bits without that of the number: the compiler makes a comparison a branch,
  /// and which values are 0 cannot be predicted.
  public static func findOpen(_ values: borrowing Span<Float>, places: inout [Int32]) -> Int {
    precondition(places.count >= values.count, "no room for the places")
    var found = 0
    unsafe places.withUnsafeMutableBufferPointer { places in
      for place in 0..<values.count {
        unsafe places[found] = Int32(truncatingIfNeeded: place)
        found &+= Int(values[place].magnitude.bitPattern.signum())
      }
    }
    return found
  }

  /// oneDNN's products.
  public static func singleProducts(
    of vectors: borrowing Span<Float>, count: Int, in workspace: FrameWorkspace
  ) throws -> [Double]? {
    try workspace.singleProducts(of: vectors, count: count)
  }
}

extension Double: FrameScalar {
  /// Copies one value after the other.
  public static func widen(
    _ values: borrowing Span<Double>, at places: ArraySlice<Int32>, into result: inout [Double],
    at place: Int
  ) {
    precondition(place >= 0 && place + places.count <= result.count, "no room for the values")
    unsafe places.withUnsafeBufferPointer { places in
      unsafe result.withUnsafeMutableBufferPointer { result in
        for index in 0..<places.count {
          unsafe result[place + index] = values[Int(places[index])]
        }
      }
    }
  }

  /// Compares one after the other.
  public static func findOpen(_ values: borrowing Span<Double>, places: inout [Int32]) -> Int {
    precondition(places.count >= values.count, "no room for the places")
    var found = 0
    unsafe places.withUnsafeMutableBufferPointer { places in
      for place in 0..<values.count {
        unsafe places[found] = Int32(truncatingIfNeeded: place)
        found &+= values[place] == 0 ? 0 : 1
      }
    }
    return found
  }

  /// Nil.
  public static func singleProducts(
    of vectors: borrowing Span<Double>, count: Int, in workspace: FrameWorkspace
  ) -> [Double]? { nil }
}
