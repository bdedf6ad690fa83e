internal import COneDNN

/// Products of matrices in single precision, on the thread that calls.
public enum MatrixProduct {
  /// Sets `c` to `alpha · op(a) · op(b) + beta · c`, all row-major.
  ///
  /// `c` is rows × columns, `op(a)` rows × inner, and `op(b)` inner × columns; a leading dimension is
  /// the distance of neighbouring rows. With `beta = 0` what `c` held is not read.
  ///
  /// **Throws**: `OneDNNError`.
  /// - Source: `dnnl_sgemm`.
  public static func compute(
    transposesA: Bool = false, transposesB: Bool = false, rows: Int, columns: Int, inner: Int,
    alpha: Float = 1, _ a: UnsafePointer<Float>, leadingOfA: Int, _ b: UnsafePointer<Float>,
    leadingOfB: Int, beta: Float = 0, _ c: UnsafeMutablePointer<Float>, leadingOfC: Int
  ) throws(OneDNNError) {
    _ = COneDNN_use_one_thread()
    let (transposed, plain) = (CChar(UInt8(ascii: "T")), CChar(UInt8(ascii: "N")))
    try OneDNNError.check(
      "multiply",
      unsafe dnnl_sgemm(
        transposesA ? transposed : plain, transposesB ? transposed : plain, Int64(rows),
        Int64(columns), Int64(inner), alpha, a, Int64(leadingOfA), b, Int64(leadingOfB), beta, c,
        Int64(leadingOfC)))
  }
}
