import Glibc
import OneDNN
import OpenBLAS

/// The kernels that OpenBLAS uses on processors that it does not know.
///
/// OpenBLAS chooses kernels by the model of the processor. On models that are newer than the library it
/// takes those of its oldest core, Prescott, whose products take five times as long as those that the
/// processor could run. It reads a better choice from the environment only, before `main`.
enum BLASCore {
  private static let variable = "OPENBLAS_CORETYPE"

  /// Restarts the program with better kernels if OpenBLAS fell back to its oldest ones.
  ///
  /// This is called before anything else, MPI included. If it fails, the kernels stay as they are.
  static func replaceFallback() {
    // `ps` shows the name of the file that was started, so it is the program's own.
    guard unsafe getenv(variable) == nil,
      let core = better(than: BLASLibrary.coreName, uses: OneDNNLibrary.uses),
      let path = ProgramFile.path
    else { return }
    unsafe setenv(variable, core, 1)
    unsafe execv(path, CommandLine.unsafeArgv)
    unsafe unsetenv(variable)
  }

  /// The core whose kernels a processor can run, if those that OpenBLAS chose are a fallback.
  ///
  /// - Parameters:
  ///   - core: what OpenBLAS chose.
  ///   - uses: whether the processor has an instruction set.
  static func better(
    than core: String, uses: (OneDNNLibrary.InstructionSet) -> Bool
  ) -> String? {
    guard core == "Prescott" else { return nil }
    if uses(.avx512WithBFloat16) { return "Cooperlake" }
    if uses(.avx512) { return "SkylakeX" }
    return uses(.avx2) ? "Haswell" : nil
  }
}
