import SweepJobs
import Testing

/// Durations and sizes as users and Slurm write them.
@Suite("Durations and sizes") struct QuantityTests {
  @Test(
    "Durations are read in all their spellings",
    arguments: [
      ("90s", 90), ("15m", 900), ("15min", 900), ("48h", 172_800), ("2d", 172_800),
      ("1h30m", 5_400), ("1h 30m", 5_400), ("1H30M", 5_400), ("1d12h", 129_600),
      ("1d1h1m1s", 90_061), ("1.5h", 5_400), ("0s", 0), ("1:30:00", 5_400), ("02:30:00", 9_000),
      ("100:00:00", 360_000), ("2-00:00:00", 172_800), ("1-01:01:01", 90_061), ("2-12:30", 217_800),
      ("2-12", 216_000),
    ])
  func durations(text: String, seconds: Double) { #expect(WallTime.seconds(text) == seconds) }

  @Test(
    "Other texts are no durations, a number alone least of all",
    arguments: [
      "", "90", "1.5", "-3m", "+3m", "1:30", "1:2", "00:60:00", "0:00:60", "1-2-00:00:00", "h",
      "1-2h", "30m1h", "1h2h", "1h30", "1e3s", "0x10s", "1 hour", "1:30:00:00", ":::", "1-",
      "-01:00:00", "1.5:00:00", "٣s", "∞s", "nans",
    ])
  func noDurations(text: String) { #expect(WallTime.seconds(text) == nil) }

  @Test("What Slurm is given is what was read") func slurm() {
    for text in ["90s", "1h30m", "2d", "1-01:01:01"] {
      let seconds = WallTime.seconds(text)
      #expect(seconds != nil && WallTime.seconds(WallTime.slurmText(seconds ?? 0)) == seconds)
    }
    #expect(WallTime.slurmText(59.2) == "00:01:00")
  }

  @Test("A duration without an end is a long one") func longest() throws {
    let seconds = try #require(WallTime.seconds("999999999999d"))
    #expect(Duration.seconds(seconds) > .seconds(1e11))
  }

  @Test(
    "Sizes are read in all their spellings, and G is 1024³ in each of them",
    arguments: [
      ("4G", 0x1p32), ("4GB", 0x1p32), ("4GiB", 0x1p32), ("4096M", 0x1p32), ("4096MB", 0x1p32),
      ("4 GiB", 0x1p32), ("4g", 0x1p32), ("4gb", 0x1p32), ("0.5T", 0x1p39), ("1TiB", 0x1p40),
      ("1K", 1_024), ("1kB", 1_024), ("100B", 100), ("1.5M", 1_572_864),
    ])
  func sizes(text: String, bytes: Double) { #expect(MemorySize.bytes(text) == bytes) }

  @Test(
    "Other texts are no sizes, a number alone least of all",
    arguments: [
      "", "4", "4096", "0G", "-4G", "G", "4X", "4GG", "4iB", "4G4M", "much", "1e3M", "0x4G", "∞G",
    ])
  func noSizes(text: String) { #expect(MemorySize.bytes(text) == nil) }

  @Test("What is refused is said with the spellings") func mistakes() {
    for text in ["90", "1:30", "soon"] {
      let message = WallTime.mistake(in: text)
      #expect(message.contains("'\(text)'") && message.contains("90s, 15m, 1h30m, 2d, 1:30:00"))
      #expect(message.contains("without a unit") == (text == "90"))
    }
    for text in ["4096", "much"] {
      let message = MemorySize.mistake(in: text)
      #expect(message.contains("'\(text)'") && message.contains("4G, 4GB, 4GiB or 4096M"))
      #expect(message.contains("without a unit") == (text == "4096"))
    }
  }
}
