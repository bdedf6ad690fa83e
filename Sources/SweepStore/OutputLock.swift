internal import Foundation

/// The file that keeps a second run off an output.
///
/// It names host, process and job. A lock whose process is gone from this host is taken over without
/// asking; one of another host only where the caller says so.
public final class OutputLock {
  /// The file.
  public let path: String
  private let text: String
  private var isHeld = true

  /// The path of the lock beside an output.
  public static func path(besides output: String) -> String { output + ".lock" }

  /// Locks an output.
  ///
  /// - Parameters:
  ///   - output: the results file.
  ///   - job: the scheduler's name of the job; empty without one.
  ///   - takeOver: whether a lock that may be alive is taken over.
  ///
  /// **Throws**: `StoreError` naming who holds the lock, or where it cannot be written.
  public init(output: String, job: String = "", takeOver: Bool = false) throws(StoreError) {
    path = Self.path(besides: output)
    let folder = URL(filePath: output).deletingLastPathComponent().relativePath
    guard FileManager.default.fileExists(atPath: folder) else {
      isHeld = false
      throw StoreError(
        .cannotWrite, path: output, operation: "creating it",
        reason: "there is no folder \(folder)")
    }
    let owner = ProcessIdentity.current(job: job)
    text = owner.text
    for attempt in 1...3 {
      do throws(StoreError) {
        let file = try FileDescriptor.open(path, .create)
        do throws(StoreError) {
          try file.write(Array(text.utf8).span, at: 0)
        } catch {
          // On a full disk a lock without a name would keep everybody out.
          try? FileNames.remove(path)
          throw error
        }
        return
      } catch {
        guard error.kind == .occupied, attempt < 3 else {
          isHeld = false
          throw error
        }
      }
      let other = ProcessIdentity(text: Self.read(path))
      let isGone = other.isGone(seenFrom: owner)
      // A process that is seen to live is never robbed: two writers would ruin the journal.
      guard isGone || takeOver && !other.isAlive(seenFrom: owner) else {
        isHeld = false
        let advice =
          other.isAlive(seenFrom: owner)
          ? "wait for it or stop it" : "if that run is gone, say --take-over or remove \(path)"
        throw StoreError(
          .occupied, path: output, operation: "locking it",
          reason: "\(other.description) works on it; \(advice)")
      }
      try FileNames.remove(path)
    }
  }

  /// Who works on an output, in words; nil where nobody does.
  public static func holder(of output: String) -> String? {
    let text = read(path(besides: output))
    guard !text.isEmpty else { return nil }
    let holder = ProcessIdentity(text: text)
    return holder.isGone(seenFrom: .current()) ? nil : holder.description
  }

  deinit { release() }

  /// Lets others in, unless another run took the lock over meanwhile.
  public func release() {
    guard isHeld else { return }
    isHeld = false
    guard Self.read(path) == text else { return }
    try? FileNames.remove(path)
  }

  /// Finds out whether another run took the lock over.
  ///
  /// **Throws**: `StoreError` where it did; this run must then write nothing more.
  public func check() throws(StoreError) {
    guard Self.read(path) != text else { return }
    isHeld = false
    throw StoreError(
      .occupied, path: path, operation: "looking at the lock",
      reason: "another run took the output over; this one stops writing")
  }

  private static func read(_ path: String) -> String {
    var bytes: [UInt8] = []
    guard let file = try? FileDescriptor.open(path, .read),
      let count = try? file.read(into: &bytes, count: 4096, at: 0)
    else { return "" }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
