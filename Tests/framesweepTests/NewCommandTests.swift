import Foundation
import TestSupport
import Testing

/// `new`: sweep files from three answers.
@Suite("New sweeps") struct NewCommandTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
  }

  private func points(_ file: String) throws -> Int {
    let result = try framesweep("plan", file, "--json")
    #expect(result.status == 0 && result.errorOutput.isEmpty, "\(result.errorOutput)")
    let facts = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return try #require(facts?["points"] as? Int)
  }

  @Test(
    "Every question and every set of families gives a file that passes plan, without a warning",
    arguments: ["frames", "neural-frames", "training"],
    ["chain", "chain,dense", "chain,residual,dense", "residual"])
  func plans(question: String, families: String) throws {
    let result = try framesweep(
      "new", "mine.yaml", "--question", question, "--families", families, "--depths", "3,4",
      "--widths", "4,8")
    #expect(result.status == 0, "\(result.errorOutput)")
    let count = 4 * families.split(separator: ",").count
    #expect(result.output.hasPrefix("mine.yaml: \(count) points, about "), "\(result.output)")
    #expect(try points("mine.yaml") == count)
    let text = try String(contentsOfFile: folder.path("mine.yaml"), encoding: .utf8)
    #expect(text.contains("name: mine\n"))
  }

  @Test("What it writes can be run as it says") func runs() throws {
    let written = try framesweep(
      "new", "mine.yaml", "--question", "frames", "--depths", "2", "--widths", "4")
    let line = try #require(
      written.output.split(separator: "\n").first { $0.contains("framesweep run") })
    let result = try framesweep(line.split(separator: " ").dropFirst().map(String.init))
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(try framesweep("verify", "mine.h5").status == 0)
  }

  @Test("Images of a file give the input's shape") func images() throws {
    // Two images of 4 x 4 bytes in the format of MNIST.
    let head: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4]
    try Data(head + [UInt8](repeating: 7, count: 32)).write(
      to: URL(filePath: folder.path("two images.idx")))
    let result = try framesweep(
      "new", "--question", "neural-frames", "--data", "two images.idx", "--widths", "4")
    // There are fewer images than the draft asks for, which plan says with its place.
    #expect(result.status == 65)
    #expect(result.errorOutput.contains("images"), "\(result.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("sweep.yaml")))
    let many: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 4, 0, 0, 0, 4]
    try Data(many + (0..<640).map { UInt8($0 % 251) }).write(
      to: URL(filePath: folder.path("two images.idx")))
    let second = try framesweep(
      "new", "--question", "neural-frames", "--data", "two images.idx", "--widths", "4")
    #expect(second.status == 0, "\(second.errorOutput)")
    #expect(try points("sweep.yaml") == 6)
  }

  @Test("A file of CIFAR-100 is drafted as one") func cifar100() throws {
    try Data(repeating: 3, count: 40 * 3_074).write(to: URL(filePath: folder.path("train.bin")))
    let drafted = try framesweep(
      "new", "--question", "neural-frames", "--data", "train.bin", "--widths", "4")
    #expect(drafted.status == 0, "\(drafted.errorOutput)")
    let text = try String(contentsOfFile: folder.path("sweep.yaml"), encoding: .utf8)
    #expect(text.contains("data: {cifar100: \"train.bin\"}"), "\(text)")
  }

  @Test("Without a terminal and without a question it says so") func noTerminal() throws {
    let result = try framesweep("new", "mine.yaml")
    #expect(result.status == 64)
    #expect(result.errorOutput.contains("--question"), "\(result.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("mine.yaml")))
  }

  @Test("A file that exists is never touched") func existing() throws {
    try folder.write("precious", to: "mine.yaml")
    #expect(try framesweep("new", "mine.yaml", "--question", "frames").status == 73)
    #expect(try String(contentsOfFile: folder.path("mine.yaml"), encoding: .utf8) == "precious")
  }

  @Test(
    "Wrong answers are refused",
    arguments: [
      ["--question", "frame"], ["--question", "frames", "--families", "chian"],
      ["--question", "frames", "--depths", "2,x"], ["--question", "frames", "--widths", "0"],
      ["--question", "training", "--data", "3x32"],
      ["--question", "frames", "--data", "nowhere.h5"],
    ])
  func wrong(options: [String]) throws {
    let result = try framesweep(["new", "mine.yaml"] + options)
    #expect(result.status == 64, "\(result.errorOutput)")
    #expect(result.errorOutput.contains("expected"), "\(result.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("mine.yaml")))
  }

  @Test(
    "On a terminal it asks, and asks again after an answer that it cannot read",
    .enabled(if: installedExecutable("script") != nil, "script is not installed"))
  func asks() throws {
    let shell = try #require(installedExecutable("sh"))
    // The empty answers take what is usual.
    let result = try RunningProcess(
      shell,
      [
        "-c",
        "printf '7\\nframes\\nchain\\n\\n4,8\\n16x1\\n' | script -qec \"$0 new mine.yaml\" /dev/null",
        program,
      ], environment: ["SHELL": shell], directory: folder.url
    ).wait()
    #expect(result.output.contains("there is no '7'"), "\(result.output)")
    #expect(result.output.contains("mine.yaml: 6 points"), "\(result.output)")
    #expect(try points("mine.yaml") == 6)
  }
}
