import Architectures
import ArgumentParser
import Foundation
import SweepJobs
import SweepRunner
import SweepSpec

/// Asks three questions and writes a sweep file.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Ask three questions and write a sweep file.",
    usage: "framesweep new [<sweep>] [<options>]",
    discussion: """
      The questions are what you want to know, which networks, and which data. Options answer them; \
      what they leave open is asked on a terminal, and elsewhere gets the usual value. The file has \
      comments and passes plan.

        framesweep new
        framesweep new mine.yaml --question frames --families chain,dense
        framesweep new cifar.yaml --question neural-frames --data cifar-10-batches-bin
      """)

  @Argument(
    help: ArgumentHelp("The sweep file to write.", valueName: "sweep"))
  var path = "sweep.yaml"

  @Option(
    name: .long,
    help: ArgumentHelp("What to ask: frames, neural-frames or training.", valueName: "question"),
    transform: Self.question)
  var question: SweepQuestion?

  @Option(
    name: .long,
    help: ArgumentHelp("Families: chain, residual, dense, with commas.", valueName: "names"))
  var families: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Layers in a stage, such as 2,4,8.", valueName: "numbers"))
  var depths: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Widths of the first stage, such as 16,32,64.", valueName: "numbers"))
  var widths: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      digits (which come with the program); a file or folder of images (HDF5, IDX or CIFAR-10); \
      or, without images, channels x size such as 3x32.
      """, valueName: "data"))
  var data: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Classes of IDX images (a file) or of HDF5 images (a name).", valueName: "file"))
  var labels: String?

  private static func question(_ text: String) throws -> SweepQuestion {
    if let question = SweepQuestion(rawValue: text) { return question }
    let names = SweepQuestion.allCases.map(\.rawValue)
    throw ValidationError("expected \(oneOf(names))")
  }

  func validate() throws {
    guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else {
      throw ValidationError("the sweep file is '\(path)', expected a name that ends in .yaml")
    }
  }

  func run() throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Failure(.cannotWrite, "\(path): exists, expected another name")
    }
    let dialogue = isatty(STDIN_FILENO) == 1 ? Dialogue() : nil
    guard dialogue != nil || question != nil else {
      throw Failure(
        .usage,
        "standard input is not a terminal, so new cannot ask its questions, expected --question "
          + "with \(oneOf(SweepQuestion.allCases.map(\.rawValue)))")
    }
    let draft = try draft(dialogue)
    let text = draft.yaml
    let sweep = try SweepFile(path: path, bytes: Array(text.utf8))
    do {
      try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
    } catch {
      throw Failure(.cannotWrite, "\(path): cannot be written: \(error.localizedDescription)")
    }
    let time = sweep.predictedTime(workers: 1)
    let (file, output) = (shellQuoted(path), shellQuoted(draft.name + ".h5"))
    print(
      """
      \(path): \(Show.points(sweep.plan.count)), \(time.text) on one core

        framesweep plan \(file)
        framesweep run \(file) -o \(output)
        framesweep figure \(draft.question.figure) \(output) -o \(shellQuoted(draft.name + ".png"))
        framesweep report \(output) -o \(shellQuoted(draft.name + ".html"))
      """)
  }

  /// The draft that options and answers describe.
  private func draft(_ dialogue: Dialogue?) throws -> SweepDraft {
    var draft = SweepDraft()
    let file = URL(filePath: path).deletingPathExtension().lastPathComponent
    draft.name = file
    if let question {
      draft.question = question
    } else if let dialogue {
      let names = SweepQuestion.allCases.map { (name: $0.rawValue, words: $0.words) }
      let name = try dialogue.choose("What do you want to know?", names)
      draft.question = SweepQuestion(rawValue: name) ?? .frames
    }
    // Convolutions and trainings take longer than formulas.
    if draft.question.needsImages { draft.widths = [8, 16, 32] }
    let usual = draft
    func answer<Answer>(
      _ given: String?, _ prompt: String, usual: String, _ read: (String) throws -> Answer
    ) throws -> Answer {
      if let given { return try read(given) }
      guard let dialogue else { return try read(usual) }
      return try dialogue.ask(prompt, usual: usual, read)
    }
    if dialogue != nil, families == nil || depths == nil || widths == nil {
      print("\nWhich networks?")
    }
    draft.families = try answer(
      families, "  families (chain, residual, dense)",
      usual: usual.families.map(\.name).joined(separator: ","), SweepDraft.families)
    draft.depths = try answer(
      depths, "  layers in a stage", usual: Self.list(usual.depths), SweepDraft.numbers)
    draft.widths = try answer(
      widths, "  widths of the first stage", usual: Self.list(usual.widths), SweepDraft.numbers)
    let needsImages = draft.question.needsImages
    if dialogue != nil, data == nil {
      print(needsImages ? "\nWhich data?" : "\nWhich inputs?")
    }
    draft.input = try answer(
      data,
      needsImages
        ? "  digits, or a file or folder of images"
        : "  channels x size: 64x1 are vectors of 64 numbers, 3x32 colour images",
      usual: needsImages ? "digits" : "64x1"
    ) { text in
      let input = try SweepInput.read(text, labels: labels)
      guard !needsImages || input.data != nil else {
        throw Failure(
          .usage, "the data are '\(text)', expected digits, or a file or folder of images")
      }
      return input
    }
    return draft
  }

  private static func list(_ numbers: [Int]) -> String {
    numbers.map(String.init).joined(separator: ",")
  }
}

/// Questions and answers on a terminal.
struct Dialogue {
  /// Asks until an answer can be read; an empty one is the usual one.
  ///
  /// **Throws**: `Failure` if the input ends.
  func ask<Answer>(
    _ prompt: String, usual: String, _ read: (String) throws -> Answer
  ) throws -> Answer {
    while true {
      try standardOutputText("\(prompt) [\(usual)]: ")
      guard let line = readLine() else {
        throw Failure(.usage, "the input ended before all questions were answered")
      }
      let text = line.trimmingCharacters(in: .whitespaces)
      do {
        return try read(text.isEmpty ? usual : text)
      } catch let failure as Failure {
        print("  \(failure.message)")
      }
    }
  }

  /// Asks for one of several, by number or name; returns its name.
  func choose(_ prompt: String, _ choices: [(name: String, words: String)]) throws -> String {
    print(prompt)
    for (index, choice) in choices.enumerated() {
      let name = choice.name.padding(toLength: 15, withPad: " ", startingAt: 0)
      print("  \(index + 1)  \(name)\(choice.words)")
    }
    return try ask("  number or name", usual: "1") { text in
      if let number = Int(text), choices.indices.contains(number - 1) {
        return choices[number - 1].name
      }
      guard let choice = choices.first(where: { $0.name == text }) else {
        throw Failure.unknown("there is no '\(text)'", text, among: choices.map(\.name))
      }
      return choice.name
    }
  }
}
