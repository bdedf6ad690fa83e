internal import Foundation
internal import Paths

/// The file that keeps a second run off an output.
///
/// It names host, process and job. A lock whose process is gone from this host is taken over without
/// asking; one of another host only where the caller says so. Nothing but the file is asked, since not
/// every file system has locks: who holds it looks at it again and again while it writes, and who takes
/// it over waits longer than that, looks whether it is still its own, and writes only then. So of several
/// that take it over at the same time one stays, and no two write at once unless one is held up for
/// longer than that wait between its look and its write.
public final class OutputLock {
  /// The file.
  public let path: String
  private let text: String
  private var isHeld = false
  private var isLost = false
  private let clock = ContinuousClock()
  /// When the file was last seen to be as this run wrote it.
  private var seen: ContinuousClock.Instant

  /// So long after a look a holder writes without another one.
  static let trustSeconds = 0.1
  /// So long waits who takes a lock over.
  private static let waitSeconds = 0.5

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
  ///
  /// **Complexity**: half a second where a lock is taken over.
  public init(output: String, job: String = "", takeOver: Bool = false) throws(StoreError) {
    path = Self.path(besides: output)
    let owner = ProcessIdentity.current(job: job)
    text = owner.text
    seen = clock.now
    let folder = PathName.folder(of: output)
    guard FileManager.default.fileExists(atPath: folder) else {
      throw StoreError(
        .cannotWrite, path: output, operation: "creating it",
        reason: "there is no folder \(folder)")
    }
    for _ in 1...3 {
      if try create() {
        isHeld = true
        return
      }
      // Where it was released just now there is nothing to read.
      guard let found = try Self.read(path) else { continue }
      let other = ProcessIdentity(text: found)
      // A process that is seen to live is never robbed: two writers would ruin the journal.
      guard other.isGone(seenFrom: owner) || takeOver && !other.isAlive(seenFrom: owner) else {
        let advice =
          other.isAlive(seenFrom: owner)
          ? "wait for it or stop it" : "if that run is gone, say --take-over or remove \(path)"
        throw StoreError(
          .occupied, path: output, operation: "locking it",
          reason: "\(other.description) works on it; \(advice)")
      }
      if try replace(as: owner) {
        isHeld = true
        return
      }
    }
    throw StoreError(
      .occupied, path: output, operation: "locking it",
      reason: "other runs take it over at the same time; expected one")
  }

  /// Writes the lock where there is none; false where there is one.
  private func create() throws(StoreError) -> Bool {
    do throws(StoreError) {
      try write(to: path)
      return true
    } catch {
      guard error.kind == .occupied else { throw error }
      return false
    }
  }

  /// Puts this run's lock in the place of another; false where somebody else did so, too, and later.
  private func replace(as owner: ProcessIdentity) throws(StoreError) -> Bool {
    let temporary = "\(path).\(owner.host).\(owner.process)"
    try FileNames.remove(temporary)
    try write(to: temporary)
    try FileNames.rename(temporary, to: path)
    Thread.sleep(forTimeInterval: Self.waitSeconds)
    seen = clock.now
    return try Self.read(path) == text
  }

  private func write(to path: String) throws(StoreError) {
    let file = try FileDescriptor.open(path, .create)
    do throws(StoreError) {
      try file.write(Array(text.utf8).span, at: 0)
    } catch {
      // On a full disk a lock without a name would keep everybody out.
      try? FileNames.remove(path)
      throw error
    }
  }

  /// Who holds an output.
  public struct Holder: Sendable, Equatable {
    /// The process.
    public let identity: ProcessIdentity
    /// When it locked the output, in seconds since 1970; nil where the system does not tell.
    public let since: Double?
    /// Whether the process was seen to run; of other hosts nothing is certain.
    public let isAlive: Bool
  }

  /// Who works on an output, as far as this host can tell; nil where nobody does.
  ///
  /// A lock of this host whose process has ended counts as none. One of another host may be left over.
  public static func holder(of output: String) -> Holder? {
    let path = path(besides: output)
    guard let text = try? read(path), !text.isEmpty else { return nil }
    let identity = ProcessIdentity(text: text)
    let current = ProcessIdentity.current()
    guard !identity.isGone(seenFrom: current) else { return nil }
    let facts = try? FileManager.default.attributesOfItem(atPath: path)
    return Holder(
      identity: identity,
      since: (facts?[.modificationDate] as? Date)?.timeIntervalSince1970,
      isAlive: identity.isAlive(seenFrom: current))
  }

  deinit { release() }

  /// Lets others in, unless another run took the lock over meanwhile.
  public func release() {
    guard isHeld else { return }
    isHeld = false
    guard (try? Self.read(path)) == text else { return }
    try? FileNames.remove(path)
  }

  /// Finds out whether another run took the lock over; asked before everything that is written.
  ///
  /// A lock that cannot be read at the moment is nobody else's word, and looked at again next time.
  ///
  /// **Throws**: `StoreError` where it did; this run must then write nothing more.
  ///
  /// **Complexity**: reads the file ten times a second at most.
  public func check() throws(StoreError) {
    if !isLost {
      guard clock.now - seen >= .seconds(Self.trustSeconds) else { return }
      let now = clock.now
      let found: String?
      do throws(StoreError) { found = try Self.read(path) } catch { return }
      guard found != text else {
        seen = now
        return
      }
      isLost = true
      isHeld = false
    }
    throw StoreError(
      .occupied, path: path, operation: "looking at the lock",
      reason: "another run took the output over; this one stops writing")
  }

  /// What a lock says; nil where there is none.
  private static func read(_ path: String) throws(StoreError) -> String? {
    do throws(StoreError) {
      let file = try FileDescriptor.open(path, .read)
      var bytes: [UInt8] = []
      let count = try file.read(into: &bytes, count: 4096, at: 0)
      return String(decoding: bytes[..<count], as: UTF8.self)
    } catch {
      guard FileNames.isMissing(path) else {
        throw StoreError(
          .occupied, path: path, operation: "looking at the lock", reason: error.reason)
      }
      return nil
    }
  }
}
