import Foundation
import SweepJobs
import SweepRunner
import SweepSpec

/// Site profiles by name or path.
enum ProfileFile {
  /// Where profiles are looked for: folders of `FRAMESWEEP_PROFILES`, `cluster` here, the user's own,
  /// and what came with the program.
  static var folders: [String] {
    let environment = ProcessInfo.processInfo.environment
    var folders = (environment["FRAMESWEEP_PROFILES"] ?? "").split(separator: ":").map(String.init)
    folders.append("cluster")
    if let home = environment["HOME"] { folders.append("\(home)/.config/framesweep") }
    if let folder = ProgramFile.folder {
      // An installed program has its profiles in share; one that was just built is in the checkout.
      for path in ["../share/framesweep/cluster", "../../../cluster"] {
        folders.append(folder.appending(path: path).standardizedFileURL.path(percentEncoded: false))
      }
    }
    return folders
  }

  /// Reads a profile: a path where the name holds a `/` or ends in `.yaml`.
  ///
  /// **Throws**: `Failure` where there is none, or with every mistake in it.
  static func read(_ name: String) throws -> SiteProfile {
    let isPath = name.contains("/") || name.hasSuffix(".yaml")
    let candidates = isPath ? [name] : folders.map { "\($0)/\(name).yaml" }
    guard let path = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      if isPath {
        throw Failure(.usage, "--profile is '\(name)', expected a file that exists")
      }
      let places = folders.joined(separator: ", ")
      let known = names
      guard !known.isEmpty else {
        throw Failure(.usage, "no profile '\(name)' in \(places), expected a file \(name).yaml")
      }
      throw Failure.unknown("no profile '\(name)' in \(places)", name, among: known)
    }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Failure(.badInput, "\(path): cannot be read, expected a profile in UTF-8")
    }
    do throws(SpecErrors) {
      return try SiteProfile(yaml: text)
    } catch {
      throw Failure(.badInput, error.text(file: path))
    }
  }

  /// The names of all profiles that are found, sorted.
  static var names: [String] {
    let files = folders.flatMap {
      (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []
    }
    return Set(files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }).sorted()
  }
}
