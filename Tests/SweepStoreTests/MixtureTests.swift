import SweepStore
import TestSupport
import Testing

@Suite("Mixtures of machines") struct MixtureTests {
  /// What version 0.1 noted of a run: the kernels of rank 0 only.
  private static let older: RunFacts = [
    "framesweep_version": "0.1.0", "blas_version": "OpenBLAS 1", "blas_core": "Haswell",
    "onednn_version": "2.6.3", "onednn_instruction_set": "avx2", "hosts": "a\nb",
  ]

  /// A run whose ranks have the instruction sets given.
  private static func run(_ sets: String..., hosts: String = "a\na\nb\nb") -> RunFacts {
    var facts = older
    facts["onednn_instruction_set"] = sets[0]
    facts["processors"] = sets.map { _ in "EPYC" }.joined(separator: "\n")
    facts["blas_cores"] = sets.map { _ in "Haswell" }.joined(separator: "\n")
    facts["onednn_instruction_sets"] = sets.joined(separator: "\n")
    facts["hosts"] = hosts
    return facts
  }

  @Test("Runs and ranks of one kind are no mixture, nor is what is not known") func none() {
    #expect(Mixture.all(of: []).isEmpty)
    #expect(Mixture.all(of: [Self.older]).isEmpty)
    #expect(Mixture.all(of: [Self.older, Self.run("avx2", "avx2"), RunFacts()]).isEmpty)
    #expect(Mixture.all(of: [Self.run("avx2", "", "avx2")]).isEmpty)
  }

  @Test("Ranks of one run are told apart, with their hosts") func ranks() throws {
    let run = Self.run("avx512_core", "avx2", "avx2", "avx512_core")
    let mixtures = Mixture.all(of: [run])
    #expect(mixtures.map(\.name) == ["the oneDNN instruction set"])
    let parts = try #require(mixtures.first).parts
    #expect(parts.map(\.value) == ["avx2", "avx512_core"])
    #expect(parts.map { $0.places.map(\.ranks) } == [[[1, 2]], [[0, 3]]])
    #expect(parts.map { $0.places.map(\.hosts) } == [[["a", "b"]], [["a", "b"]]])
  }

  @Test("A run of version 0.1 is told from later ones") func runs() throws {
    let mixtures = Mixture.all(of: [
      Self.older, Self.run("avx512_core", "avx512_core"), Self.run("avx2", "avx512_core"),
    ])
    #expect(mixtures.map(\.name) == ["the oneDNN instruction set"])
    let parts = try #require(mixtures.first).parts
    #expect(parts.map { $0.places.map(\.run) } == [[0, 2], [1, 2]])
    #expect(parts.map { $0.places.map(\.ranks) } == [[nil, [0]], [nil, [1]]])
  }

  @Test(
    "Everything that last bits can depend on counts",
    arguments: [
      "framesweep_version", "blas_version", "blas_core", "onednn_version",
      "onednn_instruction_set", "processors", "blas_cores", "onednn_instruction_sets",
    ])
  func facts(name: String) {
    var other = Self.older
    var first = Self.older
    for list in ["processors", "blas_cores", "onednn_instruction_sets"] where name == list {
      first[list] = "this\nthis"
    }
    other[name] = "another"
    let mixtures = Mixture.all(of: [first, other])
    #expect(mixtures.count == 1)
    #expect(mixtures.first?.parts.contains { $0.value == "another" } == true)
  }

  @Test("Files and journals of version 0.1 go on, and their runs keep what was noted then")
  func olderFile() throws {
    let folder = try TemporaryDirectory()
    let description = Sample.description(points: 4)
    let journal = try Journal.create(
      at: folder.path("a.h5.journal"), planHash: Sample.planHash, planCount: 4)
    #expect(try journal.beginRun(Self.older) == 0)
    try journal.append(records: Sample.block((0..<3).map { Sample.record($0) }))
    try journal.commit()
    _ = try ResultFile.write(description, from: journal, to: folder.path("a.h5"))
    let reader = try ResultReader.open(folder.path("a.h5"))
    #expect(try reader.texts("onednn_instruction_sets", in: "provenance") == nil)
    let restored = try Journal.restore(at: folder.path("b.h5.journal"), from: reader, description)
    #expect(try restored.beginRun(Self.run("avx512_core", "avx2")) == 1)
    try restored.append(records: Sample.block([Sample.record(3, run: 1)]))
    try restored.commit()
    _ = try ResultFile.write(description, from: restored, to: folder.path("b.h5"))
    let whole = try ResultReader.open(folder.path("b.h5"))
    #expect(
      try whole.texts("onednn_instruction_sets", in: "provenance") == ["", "avx512_core\navx2"])
    let runs = try whole.runs()
    #expect(runs.map { $0["blas_core"] } == ["Haswell", "Haswell"])
    #expect(
      try Mixture.all(of: runs) == Mixture.all(of: Journal.read(at: restored.path).runs))
    #expect(Mixture.all(of: runs).map(\.name) == ["the oneDNN instruction set"])
  }
}
