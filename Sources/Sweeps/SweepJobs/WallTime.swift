/// Durations as users and Slurm write them.
public enum WallTime {
  /// How durations may be written, for messages.
  public static let spellings = "90s, 15m, 1h30m, 2d, 1:30:00 or 2-00:00:00"

  /// Longer durations count as this one, ten thousand years.
  private static let longestSeconds = 3.2e11

  /// The seconds of a text, 0 or more; nil if it is not a duration.
  ///
  /// Units stand behind their numbers, the largest first: `90s`, `1h30m`, `2d`. Colons stand between
  /// hours, minutes and seconds, and a `-` behind days: `1:30:00`, `2-00:00:00`, and with days, as Slurm
  /// has it, `2-12:30` and `2-12` as well. A number alone is none, and neither is `1:30`, which some take
  /// for minutes and some for hours.
  public static func seconds(_ text: String) -> Double? {
    let word = text.filter { $0 != " " }.lowercased()
    let isClock = word.contains(":") || word.contains("-")
    return (isClock ? clock(word) : sum(word)).map { min($0, longestSeconds) }
  }

  /// What to say of a text that is not a duration.
  public static func mistake(in text: String) -> String {
    let reason =
      decimal(text) != nil
      ? ", a number without a unit"
      : text.wholeMatch(of: /[0-9]+:[0-9]+/) != nil ? ", which lacks hours or seconds" : ""
    return "found '\(text)'\(reason), expected a duration such as \(spellings)"
  }

  /// A number of seconds as Slurm's `--time` reads it: `1-02:30:00`.
  public static func slurmText(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 1), 1e9).rounded(.up))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let clock = "\(two(whole % 86_400 / 3_600)):\(two(whole % 3_600 / 60)):\(two(whole % 60))"
    return whole >= 86_400 ? "\(whole / 86_400)-\(clock)" : clock
  }

  private static let units: [(names: [String], seconds: Double)] = [
    (["d"], 86_400), (["h"], 3_600), (["m", "min"], 60), (["s", "sec"], 1),
  ]

  /// Numbers with units, each smaller than the one before.
  private static func sum(_ word: String) -> Double? {
    var rest = word[...]
    var sum = 0.0
    var left = units[...]
    repeat {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      let unit = rest[digits.endIndex...].prefix(while: \.isLetter)
      guard let number = decimal(String(digits)),
        let place = left.firstIndex(where: { $0.names.contains(String(unit)) })
      else { return nil }
      sum += number * left[place].seconds
      left = left[(place + 1)...]
      rest = rest[unit.endIndex...]
    } while !rest.isEmpty
    return sum
  }

  /// Hours, minutes and seconds, behind days as schedulers write them.
  private static func clock(_ word: String) -> Double? {
    let halves = word.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, let last = halves.last else { return nil }
    let fields = last.split(separator: ":", omittingEmptySubsequences: false).map(whole)
    guard (halves.count == 2 ? 1...3 : 3...3).contains(fields.count) else { return nil }
    var seconds = 0.0
    if halves.count == 2 {
      guard let days = whole(halves[0]) else { return nil }
      seconds = days * 86_400
    }
    for (place, unit) in [3_600.0, 60, 1].enumerated() where place < fields.count {
      guard let field = fields[place], place == 0 || field < 60 else { return nil }
      seconds += field * unit
    }
    return seconds
  }

  private static func whole(_ digits: Substring) -> Double? {
    digits.contains(".") ? nil : decimal(String(digits))
  }
}

/// Sizes as users and Slurm write them.
public enum MemorySize {
  /// How sizes may be written, for messages.
  public static let spellings =
    "4G, 4GB, 4GiB or 4096M; G, GB and GiB are all 1024³ bytes, as in Slurm"

  private static let prefixes = ["", "k", "m", "g", "t", "p"]

  /// The bytes of a text, above 0; nil if it is not a size.
  ///
  /// A number stands before a unit: B, or K, M, G, T and P, alone or with B or iB behind, in capitals or
  /// not. Each is 1,024 of the one before, however it is spelled, as Slurm has it. A number alone is no
  /// size: Slurm takes it for megabytes, and others take it for bytes.
  public static func bytes(_ text: String) -> Double? {
    let word = text.filter { $0 != " " }.lowercased()
    let digits = word.prefix { $0.isNumber || $0 == "." }
    let unit = word[digits.endIndex...]
    guard let number = decimal(String(digits)), number > 0, !unit.isEmpty else { return nil }
    let power = prefixes.firstIndex { prefix in
      prefix.isEmpty ? unit == "b" : [prefix, prefix + "b", prefix + "ib"].contains(String(unit))
    }
    return power.map { (0..<$0).reduce(number) { bytes, _ in bytes * 1_024 } }
  }

  /// What to say of a text that is not a size.
  public static func mistake(in text: String) -> String {
    let reason = decimal(text) == nil ? "" : ", a number without a unit"
    return "found '\(text)'\(reason), expected a size such as \(spellings)"
  }
}

/// A number of at most 15 digits with or without decimals; nil where a text is none.
private func decimal(_ text: String) -> Double? {
  text.utf8.count <= 16 && text.wholeMatch(of: /[0-9]+(\.[0-9]+)?/) != nil ? Double(text) : nil
}
