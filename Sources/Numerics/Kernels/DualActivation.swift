internal import Foundation
internal import NetworkGraphs

/// An activation whose means over a normal plane have closed forms.
///
/// **Source**: Cho & Saul, "Kernel methods for deep learning", NeurIPS 2009; Williams, "Computing with
/// infinite networks", NeurIPS 1997.
enum DualActivation: Hashable, Sendable {
  /// x above 0 and slope · x below.
  case homogeneous(slope: Double)
  /// The error function.
  case erf

  init?(_ function: ScalarFunction) {
    if let slope = function.slopeBelowZero {
      self = .homogeneous(slope: slope)
    } else if function == .erf {
      self = .erf
    } else {
      return nil
    }
  }

  /// The number w of a variance: that of a pair enters as the product of both numbers.
  func number(ofVariance variance: Double) -> Double {
    if case .erf = self { 1 + 2 * variance } else { variance }
  }

  /// E φ² for a variance.
  func square(ofVariance variance: Double) -> Double {
    switch self {
    case .homogeneous(let slope): variance * (1 + slope * slope) / 2
    case .erf: 2 / .pi * asin(2 * variance / (1 + 2 * variance))
    }
  }

  /// Replaces what a layer reads by what it writes.
  ///
  /// - Parameters:
  ///   - count: the entries, a multiple of 8.
  ///   - kernel: sums over windows of the read kernel; then E φφ′.
  ///   - tangent: the same of the tangent kernel; then that of what is written.
  ///   - products: for each entry the product of the numbers of both variances.
  ///   - weights: what weights make of the sums.
  func apply(
    count: Int, kernel: UnsafeMutablePointer<Double>, tangent: UnsafeMutablePointer<Double>,
    products: UnsafePointer<Double>, _ weights: KernelWeights
  ) {
    switch self {
    case .homogeneous(let slope):
      unsafe HomogeneousMeans(slope: slope).apply(count, kernel, tangent, products, weights)
    case .erf: unsafe ErrorFunctionMeans().apply(count, kernel, tangent, products, weights)
    }
  }
}

/// The means of an activation over a normal plane.
private protocol PlaneMeans {
  /// E φφ′ and E dφ dφ′ for a covariance and the product of the numbers of both variances.
  func means(_ covariance: Lanes, _ product: Lanes) -> (value: Lanes, slope: Lanes)
}

extension PlaneMeans {
  /// As `DualActivation.apply`, eight entries at a time.
  @inline(__always) fileprivate func apply(
    _ count: Int, _ kernel: UnsafeMutablePointer<Double>, _ tangent: UnsafeMutablePointer<Double>,
    _ products: UnsafePointer<Double>, _ weights: KernelWeights
  ) {
    let (scale, offset, own) = (weights.scale, weights.offset, weights.tangentScale)
    for place in stride(from: 0, to: count, by: 8) {
      let read = unsafe UnsafeRawPointer(kernel + place).loadUnaligned(as: Lanes.self)
      let before = unsafe UnsafeRawPointer(tangent + place).loadUnaligned(as: Lanes.self)
      let product = unsafe UnsafeRawPointer(products + place).loadUnaligned(as: Lanes.self)
      let (value, slope) = means(scale * read + offset, product)
      unsafe UnsafeMutableRawPointer(kernel + place).storeBytes(of: value, as: Lanes.self)
      unsafe UnsafeMutableRawPointer(tangent + place).storeBytes(
        of: (own * read + scale * before) * slope, as: Lanes.self)
    }
  }
}

/// Those of x above 0 and slope · x below.
private struct HomogeneousMeans: PlaneMeans {
  let slope: Double

  @inline(__always) func means(
    _ covariance: Lanes, _ product: Lanes
  ) -> (value: Lanes, slope: Lanes) {
    let share = (1 - slope) * (1 - slope)
    let turn = 1 / (2 * Double.pi)
    // At equal images the difference is its own rounding error, and the angle 0.
    let difference = product - covariance * covariance
    let square = Lanes.zero.replacing(with: difference, where: difference .> 8e-16 * product)
    let root = square.rootOfMagnitude
    let opposite = Double.pi - angle(root, covariance)
    return (
      slope * covariance + share * turn * (root + opposite * covariance),
      slope + share * turn * opposite
    )
  }
}

/// Those of the error function.
private struct ErrorFunctionMeans: PlaneMeans {
  @inline(__always) func means(
    _ covariance: Lanes, _ product: Lanes
  ) -> (value: Lanes, slope: Lanes) {
    let double = 2 * covariance
    let root = (product - double * double).squareRoot()
    let absolute = double.replacing(with: -double, where: double .< 0)
    let turned = angle(absolute, root)
    let angle = turned.replacing(with: -turned, where: double .< 0)
    return (2 / Double.pi * angle, 4 / Double.pi / root)
  }
}

/// What the random weights of a convolution make of sums over its windows.
struct KernelWeights: Sendable {
  /// The factor of both kernels, and what is added to the first.
  let (scale, offset): (Double, Double)
  /// The factor of the read kernel in the tangent kernel of the weights themselves.
  let tangentScale: Double

  init(_ convolution: KernelNetwork.Convolution) {
    let area = Double(convolution.kernel * convolution.kernel)
    (scale, offset) = (convolution.scale / area, convolution.offset)
    tangentScale = convolution.tangentScale / area
  }

  private init() { (scale, offset, tangentScale) = (1, 0, 0) }

  /// Nothing is done.
  static let none = KernelWeights()

  /// Adds what the weights make of sums over windows to the kernels of a sum.
  ///
  /// - Parameters:
  ///   - kernel: sums of the read kernel.
  ///   - tangent: the same of the tangent kernel.
  ///   - sum: the kernel of the sum.
  ///   - tangentSum: its tangent kernel.
  func add(
    _ kernel: [Double], _ tangent: [Double], to sum: inout [Double], _ tangentSum: inout [Double]
  ) {
    for place in kernel.indices {
      sum[place] += scale * kernel[place] + offset
      tangentSum[place] += tangentScale * kernel[place] + scale * tangent[place]
    }
  }
}

typealias Lanes = SIMD8<Double>

extension Lanes {
  /// The roots of the numbers' magnitudes.
  ///
  /// The compiler computes them together, because none of them is that of a number below 0, which the C
  /// library would have to hear of.
  @inline(__always) fileprivate var rootOfMagnitude: Lanes {
    Lanes(
      self[0].magnitude.squareRoot(), self[1].magnitude.squareRoot(),
      self[2].magnitude.squareRoot(), self[3].magnitude.squareRoot(),
      self[4].magnitude.squareRoot(), self[5].magnitude.squareRoot(),
      self[6].magnitude.squareRoot(), self[7].magnitude.squareRoot())
  }
}

/// The angle from 0 to π of points whose y is not negative, to two units in the last place.
///
/// **Source**: Cephes, Moshier 1984 to 2000, `atan.c`.
@inline(__always) func angle(_ y: Lanes, _ x: Lanes) -> Lanes {
  let absolute = x.replacing(with: -x, where: x .< 0)
  let isSteep = y .> absolute
  let larger = absolute.replacing(with: y, where: isSteep)
  let smaller = y.replacing(with: absolute, where: isSteep)
  // Nothing is divided by 0 at the origin, whose angle is 0.
  let safe = larger.replacing(with: 1, where: larger .== 0)
  let isLarge = smaller .> 0.66 * safe
  let ratio =
    smaller.replacing(with: smaller - safe, where: isLarge)
    / safe.replacing(with: smaller + safe, where: isLarge)
  let z = ratio * ratio
  var top = z * -8.750608600031904122785e-1 - 1.615753718733365076637e1
  top = top * z - 7.500855792314704667340e1
  top = top * z - 1.228866684490136173410e2
  top = top * z - 6.485021904942025371773e1
  var bottom = z + 2.485846490142306297962e1
  bottom = bottom * z + 1.650270098316988542046e2
  bottom = bottom * z + 4.328810604912902668951e2
  bottom = bottom * z + 4.853903996359136964868e2
  bottom = bottom * z + 1.945506571482613964425e2
  let small = ratio * (z * top / bottom) + ratio
  let first = small.replacing(with: small + Double.pi / 4, where: isLarge)
  let second = first.replacing(with: Double.pi / 2 - first, where: isSteep)
  return second.replacing(with: Double.pi - second, where: x .< 0)
}
