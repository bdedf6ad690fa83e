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
}
