internal import HDF5

/// The group `/provenance`: what was computed, and by which runs.
enum ProvenanceGroup {
  /// Writes the sweep file's text, and a column per named fact with a row per run.
  static func write(
    _ sweepText: String, _ runs: [RunFacts], in root: borrowing Group
  ) throws(HDF5Error) {
    let group = try root.createGroup("provenance")
    let sweep = try group.createTextDataset("sweep", shape: [])
    try sweep.describe(longName: "sweep file", description: "the text of the sweep file")
    try sweep.write(texts: [sweepText])
    guard !runs.isEmpty else { return }
    let scale = try group.createDataset("run", .int32, shape: [runs.count])
    try scale.makeScale(of: "run")
    try scale.describe(
      units: "1", longName: "run", description: "index of the run, a start of the program")
    try scale.write(runs.indices.map { Int32($0) })
    var names: [String] = []
    for run in runs {
      for name in run.names where !names.contains(name) && !["run", "sweep"].contains(name) {
        names.append(name)
      }
    }
    for name in names {
      let dataset = try group.createTextDataset(name, shape: [runs.count])
      try dataset.setAttribute("long_name", name.split(separator: "_").joined(separator: " "))
      try dataset.attach(scale, to: 0)
      try dataset.write(texts: runs.map { $0[name] ?? "" })
    }
  }
}
