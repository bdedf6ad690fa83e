public import SweepSpec

extension SiteProfile {
  /// Reads and checks a profile's text.
  ///
  /// **Throws**: `SpecErrors` with every mistake and its place.
  public init(yaml text: String) throws(SpecErrors) {
    var parsing = YAMLParsing(of: "a profile")
    let root = parsing.parse(text)
    var reading = ProfileReading(mistakes: parsing.errors)
    let profile = root.flatMap { reading.profile(from: $0) }
    guard let profile, reading.mistakes.isEmpty else { throw SpecErrors(reading.mistakes) }
    self = profile
  }
}

/// A profile being read: every part is looked at, so that mistakes are reported together.
private struct ProfileReading {
  var mistakes: [SpecError]

  mutating func fail(_ value: YAMLValue, _ path: String, _ problem: String, expected: String = "") {
    mistakes.append(SpecError(value.place, path, problem, expected: expected))
  }

  /// Notes that a value is of the wrong kind.
  mutating func fail(_ value: YAMLValue, _ path: String, expected: String) {
    fail(value, path, "found \(value.summary)", expected: expected)
  }

  mutating func profile(from root: YAMLValue) -> SiteProfile? {
    let keys = [
      "format", "name", "description", "slurm", "nodes", "launch", "setup", "program", "margin",
    ]
    guard let entries = entries(of: root, "", keys) else { return nil }
    if let format = required("format", in: entries, of: root) {
      _ = integer(format, "format", in: 1...1)
    }
    let name = required("name", in: entries, of: root).flatMap { text($0, "name") }
    let nodes = required("nodes", in: entries, of: root).flatMap { self.nodes(from: $0) }
    let scheduler = entries["slurm"].flatMap { self.scheduler(from: $0) }
    guard let name, let nodes else { return nil }
    var profile = SiteProfile(name: name, nodes: nodes, scheduler: scheduler)
    if let value = entries["description"] {
      profile.description = text(value, "description") ?? ""
    }
    if let value = entries["launch"] { profile.launch = launch(value) }
    if let value = entries["setup"] { profile.setup = lines(value, "setup") }
    if let value = entries["program"] { profile.program = text(value, "program") }
    if let value = entries["margin"] {
      profile.margin = number(value, "margin", in: 1...10) ?? profile.margin
    }
    return profile
  }

  private mutating func scheduler(from value: YAMLValue) -> SiteProfile.Scheduler? {
    let keys = [
      "partition", "account", "options", "maximum_time", "maximum_array_size", "maximum_running",
      "notice", "maximum_requeues",
    ]
    guard let entries = entries(of: value, "slurm", keys) else { return nil }
    var scheduler = SiteProfile.Scheduler()
    if let value = entries["partition"] { scheduler.partition = word(value, "slurm.partition") }
    if let value = entries["account"] { scheduler.account = word(value, "slurm.account") }
    if let value = entries["options"] { scheduler.options = options(value) }
    if let value = entries["maximum_time"] {
      scheduler.maximumSeconds = duration(value, "slurm.maximum_time") ?? scheduler.maximumSeconds
    }
    if let value = entries["maximum_array_size"] {
      scheduler.maximumArraySize =
        integer(value, "slurm.maximum_array_size", in: 2...4_000_001) ?? scheduler.maximumArraySize
    }
    if let value = entries["maximum_running"] {
      scheduler.maximumRunning = integer(value, "slurm.maximum_running", in: 1...1_000_000)
    }
    if let value = entries["notice"] {
      scheduler.noticeSeconds = duration(value, "slurm.notice") ?? scheduler.noticeSeconds
    }
    if let value = entries["maximum_requeues"] {
      scheduler.maximumRequeues =
        integer(value, "slurm.maximum_requeues", in: 0...10_000) ?? scheduler.maximumRequeues
    }
    // Slurm keeps the notice in 16 bits, and may give it a minute early.
    if let notice = entries["notice"], !(30...65_535).contains(scheduler.noticeSeconds) {
      fail(notice, "slurm.notice", expected: "30s to 18h")
    }
    return scheduler
  }

  private mutating func nodes(from value: YAMLValue) -> SiteProfile.Nodes? {
    guard let entries = entries(of: value, "nodes", ["count", "cores", "memory", "shared"]) else {
      return nil
    }
    let cores = required("cores", in: entries, of: value, "nodes").flatMap {
      integer($0, "nodes.cores", in: 1...100_000)
    }
    let memory = required("memory", in: entries, of: value, "nodes").flatMap {
      size($0, "nodes.memory")
    }
    guard let cores, let memory else { return nil }
    var nodes = SiteProfile.Nodes(cores: cores, memoryBytes: memory)
    if let value = entries["count"] {
      nodes.count = integer(value, "nodes.count", in: 1...1_000_000) ?? 1
    }
    if let value = entries["shared"] {
      nodes.areShared = truth(value, "nodes.shared") ?? true
    }
    return nodes
  }

  private mutating func launch(_ value: YAMLValue) -> [String] {
    let words = texts(
      value, "launch", "the words that start ranks, such as [mpirun, -n, '{ranks}']")
    if !words.isEmpty, !words.contains(where: { $0.contains("{ranks}") }) {
      fail(
        value, "launch", "no word holds {ranks}",
        expected: "the number of ranks, as in -n {ranks}")
    }
    return words
  }

  private mutating func options(_ value: YAMLValue) -> [String] {
    let options = texts(
      value, "slurm.options", "a list of options of sbatch, such as [--exclusive]")
    for option in options where !option.hasPrefix("-") || option.contains(where: \.isNewline) {
      fail(value, "slurm.options", "found '\(option)'", expected: "options that begin with -")
    }
    return options
  }
}

extension ProfileReading {
  /// The values of a mapping by their keys; nil where it is none.
  private mutating func entries(
    of value: YAMLValue, _ path: String, _ keys: [String]
  ) -> [String: YAMLValue]? {
    guard let given = value.entries else {
      fail(value, path, "found no mapping", expected: "the keys \(keys.joined(separator: ", "))")
      return nil
    }
    var entries: [String: YAMLValue] = [:]
    for entry in given {
      guard keys.contains(entry.key) else {
        mistakes.append(
          SpecError(
            entry.keyPlace, path, "unknown key '\(entry.key)'", expected: oneOf(keys),
            suggestion: nearMiss(of: entry.key, among: keys)))
        continue
      }
      entries[entry.key] = entry.value
    }
    return entries
  }

  private mutating func required(
    _ name: String, in entries: [String: YAMLValue], of value: YAMLValue, _ path: String = ""
  ) -> YAMLValue? {
    if entries[name] == nil { fail(value, path, "\(name) is missing") }
    return entries[name]
  }

  private func plainText(_ value: YAMLValue) -> String? {
    guard case .scalar(let text, _) = value.content else { return nil }
    return text
  }

  private mutating func text(_ value: YAMLValue, _ path: String) -> String? {
    if let text = plainText(value), !text.isEmpty { return text }
    fail(value, path, expected: "a text")
    return nil
  }

  /// A text that can stand in an option without quotes.
  private mutating func word(_ value: YAMLValue, _ path: String) -> String? {
    guard let word = text(value, path) else { return nil }
    if word.allSatisfy({ $0.isLetter || $0.isNumber || "._-+,:@/".contains($0) }) { return word }
    fail(value, path, expected: "a name without blanks")
    return nil
  }

  private mutating func texts(_ value: YAMLValue, _ path: String, _ expected: String) -> [String] {
    let items = value.items ?? []
    let texts = items.compactMap { plainText($0) }
    if texts.count == items.count, !texts.isEmpty { return texts }
    fail(value, path, expected: expected)
    return []
  }

  /// A block of shell lines, or a list of them.
  private mutating func lines(_ value: YAMLValue, _ path: String) -> String {
    if value.items != nil {
      return texts(value, path, "shell lines").joined(separator: "\n")
    }
    return text(value, path) ?? ""
  }

  private mutating func integer(
    _ value: YAMLValue, _ path: String, in range: ClosedRange<Int>
  ) -> Int? {
    if let number = value.number, let whole = Int(exactly: number), range.contains(whole) {
      return whole
    }
    let expected =
      range.count == 1
      ? "\(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
    fail(value, path, expected: expected)
    return nil
  }

  private mutating func number(
    _ value: YAMLValue, _ path: String, in range: ClosedRange<Double>
  ) -> Double? {
    if let number = value.number, range.contains(number) { return number }
    fail(value, path, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    return nil
  }

  private mutating func truth(_ value: YAMLValue, _ path: String) -> Bool? {
    if let truth = value.truth { return truth }
    fail(value, path, expected: "true or false")
    return nil
  }

  private mutating func duration(_ value: YAMLValue, _ path: String) -> Double? {
    guard let text = plainText(value) else {
      fail(value, path, expected: "a duration such as \(WallTime.spellings)")
      return nil
    }
    if let seconds = WallTime.seconds(text), seconds > 0 { return seconds }
    fail(value, path, WallTime.mistake(in: text))
    return nil
  }

  private mutating func size(_ value: YAMLValue, _ path: String) -> Double? {
    guard let text = plainText(value) else {
      fail(value, path, expected: "a size such as \(MemorySize.spellings)")
      return nil
    }
    if let bytes = MemorySize.bytes(text) { return bytes }
    fail(value, path, MemorySize.mistake(in: text))
    return nil
  }
}
