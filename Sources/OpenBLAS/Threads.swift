internal import COpenBLAS

/// The OpenBLAS library that the program runs with.
public enum BLASLibrary {
  /// How the library computes in parallel.
  public enum Parallelism: Int, Sendable {
    /// It does not.
    case sequential = 0
    /// With threads of its own.
    case threads = 1
    /// With OpenMP.
    case openMP = 2
  }

  /// The number of threads that a call may use.
  ///
  /// The library reads its environment variables when it is loaded, so only this sets it reliably.
  public static var threadCount: Int { Int(openblas_get_num_threads()) }

  /// Sets the number of threads that a call may use; 1 keeps results apart from the machine's size.
  ///
  /// - Precondition: `count >= 1`.
  public static func setThreadCount(_ count: Int) {
    precondition(count >= 1, "BLAS cannot work with \(count) threads")
    openblas_set_num_threads(narrowed(count))
  }

  /// The processor core whose kernels the library chose, such as "SkylakeX".
  ///
  /// Different kernels give different last bits.
  public static var coreName: String { unsafe text(openblas_get_corename()) }

  /// The library's version and build options, such as "OpenBLAS 0.3.21 NO_LAPACKE …".
  public static var configuration: String { unsafe text(openblas_get_config()) }

  /// How the library was built to compute in parallel; nil if it says something unknown.
  public static var parallelism: Parallelism? {
    Parallelism(rawValue: Int(openblas_get_parallel()))
  }

  private static func text(_ characters: UnsafePointer<CChar>?) -> String {
    guard let characters = unsafe characters else { return "" }
    return unsafe String(cString: characters)
      .split(separator: " ").joined(separator: " ")
  }
}
