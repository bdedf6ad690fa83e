/// The processes of a job as one of them sees it: what they tell each other before and after a sweep.
///
/// All of these calls but `rank`, `size` and `abort` are collective: every rank makes the same ones in
/// the same order.
public protocol RankGroup: AnyObject {
  /// This process, 0 ..< size.
  var rank: Int { get }
  /// The number of processes.
  var size: Int { get }
  /// The version text of the library that carries the messages.
  var libraryVersion: String { get }

  /// Gives every rank the bytes of rank 0; nil everywhere if rank 0 has none.
  func share(_ bytes: [UInt8]?) throws -> [UInt8]?
  /// The bytes of all ranks by rank, on rank 0; nil on the others.
  func gather(_ bytes: [UInt8]) throws -> [[UInt8]]?
  /// Carries the messages of a sweep, with the coordinator on rank 0.
  func makeTransport() -> any Transport
  /// Leaves in good order; nothing may be said afterwards.
  func leave() throws
  /// Ends all ranks at once.
  func abort(code: Int32) -> Never
}

extension RankGroup {
  /// The texts of all ranks by rank, on rank 0; nil on the others.
  ///
  /// Collective.
  public func gather(_ text: String) throws -> [String]? {
    try gather(Array(text.utf8))?.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Gives every rank the texts of rank 0, none of which may hold a NUL; nil everywhere if rank 0 has
  /// no list of them.
  ///
  /// Collective.
  public func share(_ texts: [String]?) throws -> [String]? {
    // Each ends with a NUL, so that no text and one empty text are different.
    let ended = texts.map { Array($0.joined(separator: "\0").utf8) + ($0.isEmpty ? [] : [0]) }
    return try share(ended)?.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
