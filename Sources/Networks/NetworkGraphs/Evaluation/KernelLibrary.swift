internal import OneDNN
internal import OpenBLAS

/// A convolution of many images with one weight, prepared for its shape.
protocol GraphConvolution<Scalar>: AnyObject {
  associatedtype Scalar

  /// Sets the weight: outputChannels × inputChannels/groups × height × width, row-major.
  func setWeights(_ weights: UnsafePointer<Scalar>) throws

  /// Correlates images (images × pixels × channels) into `result`, which has the same order.
  func correlate(_ images: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>) throws
}

/// The derivatives of a convolution of many images, prepared for its shape.
protocol GraphConvolutionDerivative<Scalar>: AnyObject {
  associatedtype Scalar

  /// Sets the weight; see `GraphConvolution`.
  func setWeights(_ weights: UnsafePointer<Scalar>) throws

  /// Applies the adjoint of the convolution to responses; the images are overwritten.
  func spread(
    _ responses: UnsafePointer<Scalar>, into images: UnsafeMutablePointer<Scalar>) throws

  /// Differentiates ⟨responses, convolution of images⟩ with respect to the weight, whose gradient is
  /// overwritten.
  func differentiate(
    _ images: UnsafePointer<Scalar>, _ responses: UnsafePointer<Scalar>,
    into gradient: UnsafeMutablePointer<Scalar>) throws
}

/// A product of many rows with one weight, prepared for its shape.
protocol GraphProduct<Scalar>: AnyObject {
  associatedtype Scalar

  /// Sets the weight: outputs × inputs, row-major.
  func setWeights(_ weights: UnsafePointer<Scalar>) throws

  /// Multiplies rows of inputs into rows of outputs.
  func multiply(_ rows: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>) throws
}

/// What operations compute with in one precision.
protocol KernelLibrary<Scalar>: Sendable {
  associatedtype Scalar

  /// Prepares a convolution.
  ///
  /// **Throws**: `OneDNNError`.
  func convolution(_ shape: ImageConvolutionShape) throws -> any GraphConvolution<Scalar>

  /// Prepares the derivatives of a convolution.
  ///
  /// **Throws**: `OneDNNError`.
  func convolutionDerivative(
    _ shape: ImageConvolutionShape
  ) throws -> any GraphConvolutionDerivative<Scalar>

  /// Prepares products of `rows` rows.
  ///
  /// **Throws**: `OneDNNError`.
  func product(rows: Int, inputs: Int, outputs: Int) throws -> any GraphProduct<Scalar>

  /// Sets `c` to `alpha · op(a) · op(b) + beta · c`, all row-major; see `BLASScalar.gemm`.
  ///
  /// **Throws**: `OneDNNError`.
  func multiply(
    _ transpositionOfA: Transposition, _ transpositionOfB: Transposition, rows: Int, columns: Int,
    inner: Int, alpha: Scalar, _ a: UnsafePointer<Scalar>, leadingOfA: Int,
    _ b: UnsafePointer<Scalar>, leadingOfB: Int, beta: Scalar, _ c: UnsafeMutablePointer<Scalar>,
    leadingOfC: Int) throws

  /// Rounds numbers that lie as rows × columns, and stores them as columns × rows.
  func storeTransposed(
    _ numbers: UnsafePointer<Double>, rows: Int, columns: Int,
    to result: UnsafeMutablePointer<Scalar>)
}

/// The library of a precision, for `GraphScalar` to hand on; only this module looks inside.
public struct GraphKernels<Scalar: GraphScalar>: Sendable {
  let library: any KernelLibrary<Scalar>
}

extension GraphScalar {
  /// What operations compute with in this precision.
  static var library: any KernelLibrary<Self> { kernels.library }
}

/// oneDNN, in single precision.
struct SingleLibrary: KernelLibrary {
  func convolution(_ shape: ImageConvolutionShape) throws -> any GraphConvolution<Float> {
    try ImageConvolution(shape)
  }

  func convolutionDerivative(
    _ shape: ImageConvolutionShape
  ) throws -> any GraphConvolutionDerivative<Float> {
    try ImageConvolutionDerivative(shape)
  }

  func product(rows: Int, inputs: Int, outputs: Int) throws -> any GraphProduct<Float> {
    try RowProduct(rows: rows, inputs: inputs, outputs: outputs)
  }

  /// `dnnl_sgemm`: for the small matrices of attention it is faster than OpenBLAS.
  func multiply(
    _ transpositionOfA: Transposition, _ transpositionOfB: Transposition, rows: Int, columns: Int,
    inner: Int, alpha: Float, _ a: UnsafePointer<Float>, leadingOfA: Int, _ b: UnsafePointer<Float>,
    leadingOfB: Int, beta: Float, _ c: UnsafeMutablePointer<Float>, leadingOfC: Int
  ) throws {
    try unsafe MatrixProduct.compute(
      transposesA: transpositionOfA == .transpose, transposesB: transpositionOfB == .transpose,
      rows: rows, columns: columns, inner: inner, alpha: alpha, a, leadingOfA: leadingOfA, b,
      leadingOfB: leadingOfB, beta: beta, c, leadingOfC: leadingOfC)
  }

  func storeTransposed(
    _ numbers: UnsafePointer<Double>, rows: Int, columns: Int,
    to result: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        unsafe result[column * rows + row] = Float(numbers[row * columns + column])
      }
    }
  }
}

/// Products of matrices by OpenBLAS, in double precision: oneDNN has no convolutions in it.
struct DoubleLibrary: KernelLibrary {
  func convolution(_ shape: ImageConvolutionShape) -> any GraphConvolution<Double> {
    PatchConvolution(shape)
  }

  func convolutionDerivative(
    _ shape: ImageConvolutionShape
  ) -> any GraphConvolutionDerivative<Double> {
    PatchConvolution(shape)
  }

  func product(rows: Int, inputs: Int, outputs: Int) -> any GraphProduct<Double> {
    PlainProduct(rows: rows, inputs: inputs, outputs: outputs)
  }

  /// `cblas_dgemm`.
  func multiply(
    _ transpositionOfA: Transposition, _ transpositionOfB: Transposition, rows: Int, columns: Int,
    inner: Int, alpha: Double, _ a: UnsafePointer<Double>, leadingOfA: Int,
    _ b: UnsafePointer<Double>, leadingOfB: Int, beta: Double, _ c: UnsafeMutablePointer<Double>,
    leadingOfC: Int
  ) {
    unsafe Double.gemm(
      .rowMajor, transpositionOfA, transpositionOfB, rows: rows, columns: columns, inner: inner,
      alpha: alpha, a, leadingOfA: leadingOfA, b, leadingOfB: leadingOfB, beta: beta, c,
      leadingOfC: leadingOfC)
  }

  func storeTransposed(
    _ numbers: UnsafePointer<Double>, rows: Int, columns: Int,
    to result: UnsafeMutablePointer<Double>
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        unsafe result[column * rows + row] = numbers[row * columns + column]
      }
    }
  }
}

extension ImageConvolution: GraphConvolution {}

extension ImageConvolutionDerivative: GraphConvolutionDerivative {}

extension RowProduct: GraphProduct {}
