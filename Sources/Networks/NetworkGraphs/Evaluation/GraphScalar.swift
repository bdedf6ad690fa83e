internal import Foundation
public import OpenBLAS

/// A precision in which graphs are evaluated: single, with oneDNN, or double, with OpenBLAS.
public protocol GraphScalar: BLASScalar, SIMDScalar, Codable {
  /// What operations compute with.
  static var kernels: GraphKernels<Self> { get }

  /// Rounds all numbers.
  static func round(_ numbers: [Double], into result: inout [Self])

  /// The numbers of a parameter in this precision.
  static func numbers(of parameter: GraphParameters.Numbers) -> [Self]

  /// The number, or 0 if the gate is 0.
  ///
  /// Computed of bits: as a choice it would be a branch in loops that write where they read.
  func closed(by gate: Self) -> Self

  /// The number, or 0 if it is not positive; a NaN stays. Computed of bits, as `closed`.
  var rectified: Self { get }

  /// Copies all numbers in double precision to a place in others.
  static func widen(_ numbers: borrowing Span<Self>, into result: inout [Double], at place: Int)

  /// exp x.
  static func exponential(_ x: Self) -> Self
  /// exp x − 1.
  static func exponentialMinusOne(_ x: Self) -> Self
  /// ln x.
  static func logarithm(_ x: Self) -> Self
  /// ln(1 + x).
  static func logarithmOfOnePlus(_ x: Self) -> Self
  /// tanh x.
  static func hyperbolicTangent(_ x: Self) -> Self
  /// The error function.
  static func errorFunction(_ x: Self) -> Self
  /// x to a power.
  static func power(_ x: Self, _ exponent: Self) -> Self
}

extension Float: GraphScalar {
  /// oneDNN's.
  public static var kernels: GraphKernels<Float> { GraphKernels(library: SingleLibrary()) }

  /// One after the other.
  public static func round(_ numbers: [Double], into result: inout [Float]) {
    for place in numbers.indices { result[place] = Float(numbers[place]) }
  }

  /// In single precision.
  public static func numbers(of parameter: GraphParameters.Numbers) -> [Float] { parameter.floats }

  /// The number's bits, or none.
  @inlinable public func closed(by gate: Float) -> Float {
    let mask = 0 &- gate.magnitude.bitPattern.signum()
    return Float(bitPattern: bitPattern & mask)
  }

  /// The number's bits, or none.
  @inlinable public var rectified: Float {
    let isPlus = (bitPattern >> 31) &- 1
    let isNaN = 0 &- ((Float.infinity.bitPattern &- magnitude.bitPattern) >> 31)
    return Float(bitPattern: bitPattern & (isPlus | isNaN))
  }

  /// Several at a time, because the loop adds up no places, which would be checked for overflow.
  public static func widen(
    _ numbers: borrowing Span<Float>, into result: inout [Double], at place: Int
  ) {
    precondition(place >= 0 && place + numbers.count <= result.count, "no room for the numbers")
    unsafe numbers.withUnsafeBufferPointer { numbers in
      unsafe result.withUnsafeMutableBufferPointer { result in
        guard let target = result.baseAddress else { return }
        let first = unsafe target + place
        for index in 0..<numbers.count { unsafe first[index] = Double(numbers[index]) }
      }
    }
  }

  /// `expf`.
  public static func exponential(_ x: Float) -> Float { exp(x) }
  /// `expm1f`.
  public static func exponentialMinusOne(_ x: Float) -> Float { expm1(x) }
  /// `logf`.
  public static func logarithm(_ x: Float) -> Float { log(x) }
  /// `log1pf`.
  public static func logarithmOfOnePlus(_ x: Float) -> Float { log1p(x) }
  /// `tanhf`.
  public static func hyperbolicTangent(_ x: Float) -> Float { tanh(x) }
  /// `erff`.
  public static func errorFunction(_ x: Float) -> Float { erf(x) }
  /// `powf`.
  public static func power(_ x: Float, _ exponent: Float) -> Float { pow(x, exponent) }
}

extension Double: GraphScalar {
  /// OpenBLAS's.
  public static var kernels: GraphKernels<Double> { GraphKernels(library: DoubleLibrary()) }

  /// Copies them.
  public static func round(_ numbers: [Double], into result: inout [Double]) {
    // Storage in common would be copied when either is written.
    for place in numbers.indices { result[place] = numbers[place] }
  }

  /// In double precision.
  public static func numbers(of parameter: GraphParameters.Numbers) -> [Double] {
    parameter.doubles
  }

  /// The number's bits, or none.
  @inlinable public func closed(by gate: Double) -> Double {
    let mask = 0 &- gate.magnitude.bitPattern.signum()
    return Double(bitPattern: bitPattern & mask)
  }

  /// The number's bits, or none.
  @inlinable public var rectified: Double {
    let isPlus = (bitPattern >> 63) &- 1
    let isNaN = 0 &- ((Double.infinity.bitPattern &- magnitude.bitPattern) >> 63)
    return Double(bitPattern: bitPattern & (isPlus | isNaN))
  }

  /// Copies them.
  public static func widen(
    _ numbers: borrowing Span<Double>, into result: inout [Double], at place: Int
  ) {
    precondition(place >= 0 && place + numbers.count <= result.count, "no room for the numbers")
    unsafe numbers.withUnsafeBufferPointer { numbers in
      unsafe result.withUnsafeMutableBufferPointer { result in
        for index in 0..<numbers.count { unsafe result[place + index] = numbers[index] }
      }
    }
  }

  /// `exp`.
  public static func exponential(_ x: Double) -> Double { exp(x) }
  /// `expm1`.
  public static func exponentialMinusOne(_ x: Double) -> Double { expm1(x) }
  /// `log`.
  public static func logarithm(_ x: Double) -> Double { log(x) }
  /// `log1p`.
  public static func logarithmOfOnePlus(_ x: Double) -> Double { log1p(x) }
  /// `tanh`.
  public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  /// `erf`.
  public static func errorFunction(_ x: Double) -> Double { erf(x) }
  /// `pow`.
  public static func power(_ x: Double, _ exponent: Double) -> Double { pow(x, exponent) }
}
