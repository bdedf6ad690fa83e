internal import Foundation

/// The model of this machine's processor.
enum ProcessorModel {
  /// The model's name, such as "AMD EPYC 7763 64-Core Processor"; empty if the system does not tell.
  static let name: String = {
    let list = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = list.split(separator: "\n").first { $0.hasPrefix("model name") } ?? ""
    let value = line.split(separator: ":", maxSplits: 1).dropFirst().first ?? ""
    return value.split(separator: " ").joined(separator: " ")
  }()
}
