internal import Foundation

/// What one rank of a job was asked to do, and what it runs on.
///
/// A launcher can start its processes with different arguments, in different folders and on different
/// machines. The ranks of one job work together only if all were asked for the same.
public struct StartRequest: Codable, Sendable, Equatable {
  /// One thing that all ranks must have been asked alike.
  public struct Term: Codable, Sendable, Equatable {
    /// What it is called in messages, such as `--output`.
    public var name: String
    /// What was asked, written in one way only; of a file its absolute path.
    public var value: String
    /// The path without symbolic links; the value itself if it is not a path.
    public var resolved: String
    /// The digest of the file's contents; empty if this rank cannot read them.
    public var content: String
    /// Whether this rank would have to read a file that is not there.
    public var isAbsent = false

    /// Describes something that was asked.
    public init(_ name: String, _ value: String, resolved: String? = nil, content: String = "") {
      self.name = name
      self.value = value
      self.resolved = resolved ?? value
      self.content = content
    }

    /// Whether two ranks mean the same.
    ///
    /// A file is what it contains, if both ranks can read it. Otherwise it is its place.
    func agrees(with other: Term) -> Bool {
      guard name == other.name else { return false }
      if !content.isEmpty, !other.content.isEmpty { return content == other.content }
      return value == other.value || resolved == other.resolved
    }
  }

  /// The version of the program.
  public var version: String
  /// The command's name; empty if the arguments were not understood.
  public var command: String
  /// The arguments as a shell takes them.
  public var arguments: String
  /// The working folder.
  public var folder: String
  /// What all ranks must have been asked alike, in the same order for one command.
  public var terms: [Term]
  /// Why the arguments were not understood; empty if they were.
  public var problem: String
  /// The machine's name.
  public var host: String
  /// Which process it is, as other ranks recognise it.
  public var process: String
  /// What last bits can depend on, each with the name that provenance gives it.
  public var machine: [String: String]

  /// Describes the request of one rank.
  public init(
    version: String, command: String, arguments: String, folder: String, terms: [Term] = [],
    problem: String = "", host: String = "", process: String = "", machine: [String: String] = [:]
  ) {
    self.version = version
    self.command = command
    self.arguments = arguments
    self.folder = folder
    self.terms = terms
    self.problem = problem
    self.host = host
    self.process = process
    self.machine = machine
  }

  /// Reads what `text` gives; nil if another version of the program wrote it in another way.
  public init?(text: String) {
    guard let request = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else {
      return nil
    }
    self = request
  }

  /// The request as a text without NUL, for other ranks.
  public var text: String {
    // Texts and lists of them always have a JSON.
    (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The names of what another rank was asked otherwise; empty if both were asked for the same.
  func differences(from other: StartRequest) -> [String] {
    if version != other.version { return ["the version of framesweep"] }
    if problem != other.problem { return ["the arguments"] }
    if command != other.command { return ["the command"] }
    // Arguments that nobody understands are compared as they are.
    if !problem.isEmpty { return arguments == other.arguments ? [] : ["the arguments"] }
    guard terms.count == other.terms.count else { return ["the arguments"] }
    // A host without the folder of the job starts its ranks in another one; they ask for nothing else.
    let isHostWithout = (terms + other.terms).contains(where: \.isAbsent)
    if isHostWithout, arguments == other.arguments { return [] }
    return zip(terms, other.terms).filter { !$0.agrees(with: $1) }.map(\.0.name)
  }
}

/// Ranks of one job that were asked for different things.
public struct StartDisagreement: Sendable, Equatable {
  /// Ranks that were asked alike.
  public struct Group: Sendable, Equatable {
    /// Their numbers, in order.
    public var ranks: [Int]
    /// What the first of them was asked; nil if another version of the program wrote it.
    public let request: StartRequest?
  }

  /// The names of what differs, in the order of the request of rank 0.
  public private(set) var names: [String] = []
  /// The ranks by what they were asked, in the order of the first rank of each group.
  public private(set) var groups: [Group] = []

  /// Compares what ranks were asked; nil if they agree.
  ///
  /// - Parameter requests: what each rank was asked, by rank; nil if it could not be read.
  public init?(_ requests: [StartRequest?]) {
    for (rank, request) in requests.enumerated() {
      let place = groups.firstIndex { group in
        guard let request, let lead = group.request else { return request == group.request }
        return request.differences(from: lead).isEmpty
      }
      if let place {
        groups[place].ranks.append(rank)
      } else {
        groups.append(Group(ranks: [rank], request: request))
      }
    }
    guard groups.count > 1, let first = groups.first else { return nil }
    for group in groups.dropFirst() {
      let found: [String] =
        if let request = group.request, let lead = first.request {
          lead.differences(from: request)
        } else {
          ["the version of framesweep"]
        }
      names += found.filter { !names.contains($0) }
    }
  }
}
