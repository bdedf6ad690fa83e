internal import COneDNN

/// The oneDNN library that the program runs with.
public enum OneDNNLibrary {
  /// The library's version, such as "2.6.3".
  public static var version: String {
    guard let version = unsafe dnnl_version() else { return "unknown" }
    let (major, minor, patch) = unsafe (
      version.pointee.major, version.pointee.minor, version.pointee.patch
    )
    return "\(major).\(minor).\(patch)"
  }

  /// The instruction set whose kernels the library chose, such as "avx512_core".
  ///
  /// Different kernels give different last bits.
  public static var instructionSet: String {
    switch dnnl_get_effective_cpu_isa() {
    case dnnl_cpu_isa_sse41: "sse41"
    case dnnl_cpu_isa_avx: "avx"
    case dnnl_cpu_isa_avx2: "avx2"
    case dnnl_cpu_isa_avx2_vnni: "avx2_vnni"
    case dnnl_cpu_isa_avx512_core: "avx512_core"
    case dnnl_cpu_isa_avx512_core_vnni: "avx512_core_vnni"
    case dnnl_cpu_isa_avx512_core_bf16: "avx512_core_bf16"
    case dnnl_cpu_isa_avx512_core_amx: "avx512_core_amx"
    case let other: "code \(other.rawValue)"
    }
  }

  /// Instruction sets that other libraries choose kernels by.
  public enum InstructionSet: Sendable {
    case avx2, avx512, avx512WithBFloat16
  }

  /// Whether an instruction set is among those that the library uses: the processor has it, and
  /// `ONEDNN_MAX_CPU_ISA` does not exclude it.
  public static func uses(_ set: InstructionSet) -> Bool {
    let wanted =
      switch set {
      case .avx2: dnnl_cpu_isa_avx2
      case .avx512: dnnl_cpu_isa_avx512_core
      case .avx512WithBFloat16: dnnl_cpu_isa_avx512_core_bf16
      }
    // Each set has a bit of its own beside those of the sets that it includes.
    return dnnl_get_effective_cpu_isa().rawValue & wanted.rawValue == wanted.rawValue
  }
}
