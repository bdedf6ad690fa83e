import Architectures
import Foundation
import ImageData
import TestSupport
import Testing

@Suite("Folders of pictures") struct FolderTests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  /// Copies a picture of the tests into the folder.
  private func put(_ file: String, _ name: String) throws {
    let url = folder.url.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(PictureCases.bytes(file)).write(to: url)
  }

  private func open(
    labels: String? = nil, _ preparation: PicturePreparation = PicturePreparation()
  ) throws -> ImageSet {
    try .folder(
      folder.path, name: "set", labels: labels.map { (folder.path($0), $0) },
      preparation: preparation)
  }

  private func problem(
    labels: String? = nil, _ preparation: PicturePreparation = PicturePreparation()
  ) -> String {
    let error = #expect(throws: InputFileError.self) {
      _ = try open(labels: labels, preparation)
    }
    return error?.description ?? ""
  }

  private func samples(_ file: String) throws -> [UInt8] {
    try #require(PictureCases.all.pictures.first { $0.file == file }).samples
  }

  @Test(
    "Folders are classes in the order of their names, and grey pictures among others have three channels"
  )
  func classes() throws {
    let cut = PicturePreparation(crop: 7)
    try put("colour-8.png", "b/1.png")
    try put("interlaced.png", "b/0.PNG")
    try put("grey-8.png", "a/z.png")
    try put("halved.jpg", "c/x.jpeg")
    try folder.write("not a picture", to: "readme.txt")
    try folder.write("", to: "a/.hidden.png")
    let set = try open(cut)
    #expect(set.count == 4)
    #expect(set.labels == [0, 1, 1, 2])
    #expect(set.shape == InputShape(channels: 3, size: 7))
    #expect(set.largestByte == 255)
    // Of 9 columns one is cut on each side.
    let grey = try samples("grey-8.png")
    let plane = (0..<7).flatMap { grey[$0 * 9 + 1..<$0 * 9 + 8] }
    #expect(try set.bytes(0..<1) == plane + plane + plane)
    let colour = try samples("interlaced.png")
    let red = (0..<7).flatMap { row in (1..<8).map { colour[3 * (row * 9 + $0)] } }
    #expect(try Array(set.bytes(1..<2).prefix(49)) == red)
    #expect(try set.values(at: [1]).prefix(49).elementsEqual(red.map { Double($0) / 255 }))
    #expect(try set.bytes(at: [3, 0]).suffix(49) == plane[...])
  }

  @Test("A set of grey pictures has one channel, and none of classes without folders")
  func grey() throws {
    try put("grey-8.png", "1.png")
    try put("grey-1.png", "2.png")
    let set = try open(PicturePreparation(shorterSide: 4, crop: 4))
    #expect(set.shape == InputShape(channels: 1, size: 4))
    #expect(set.labels == nil)
    let error = #expect(throws: InputFileError.self) { _ = try set.withClasses() }
    #expect(error?.description.contains("no classes, expected a folder for each class") ?? false)
  }

  @Test("A table names files and classes in its own order")
  func table() throws {
    try put("grey-8.png", "in/1.png")
    try put("grey-2.png", "2,x.png")
    let cut = PicturePreparation(crop: 7)
    try folder.write(
      "\u{FEFF}file,label\r\n\"2,x.png\",dog\r\nin/1.png,\"a \"\"cat\"\"\"\r\n", to: "l.csv")
    let set = try open(labels: "l.csv", cut)
    #expect(set.labels == [1, 0])
    #expect(try set.bytes(1..<2) == open(labels: "l.csv", cut).bytes(at: [1]))
    try folder.write("file,label\nin/1.png,7\n2,x.png,3\n", to: "bad.csv")
    #expect(
      problem(labels: "bad.csv", cut)
        == "bad.csv:3: the line is '2,x.png,3', expected a file and its label")
    try folder.write("file,label\nin/1.png,7\n\"2,x.png\",3\n", to: "numbers.csv")
    #expect(try open(labels: "numbers.csv", cut).labels == [7, 3])
    let mistakes = [
      ("", "its first line is '', expected the header file,label"),
      ("file,label\n", "it names no file"),
      ("file,label\n../1.png,0\n", "m.csv:2: '../1.png' leads out of the folder"),
      ("file,label\n/1.png,0\n", "m.csv:2: '/1.png' leads out of the folder"),
      ("file,label\n\"1.png,0\n", "m.csv:2: the line is '\"1.png,0'"),
      ("file,label\nin/1.png,0\nin/1.png,1\n", "m.csv:3: 'in/1.png' is named twice"),
      ("file,label\nin/1.png,-1\n", "a label is -1 or -1, expected labels from 0"),
      ("file,label\nnone.png,1\n", "set/none.png: there is no such file"),
    ]
    for (text, message) in mistakes {
      try folder.write(text, to: "m.csv")
      #expect(problem(labels: "m.csv", cut).contains(message))
    }
  }

  @Test("Pictures of different sizes are refused with both names")
  func sizes() throws {
    try put("grey-8.png", "a/1.png")
    try put("grey.jpg", "b/2.jpg")
    #expect(
      problem()
        == "set: a/1.png has 9 × 7 pixels, and b/2.jpg has 37 × 23, expected images of one size: "
        + "resize: n and crop: n make them so")
    #expect(
      problem(PicturePreparation(shorterSide: 6)).contains(
        "has 7 × 6 pixels, and b/2.jpg has 9 × 6"))
    #expect(
      problem(PicturePreparation(crop: 8))
        == "set/a/1.png: it has 9 × 7 pixels, expected at least 8 × 8, of which the middle is cut")
    try FileManager.default.removeItem(atPath: folder.path("b"))
    #expect(
      problem()
        == "set/a/1.png: it has 9 × 7 pixels, expected square images: crop: n cuts them from the middle"
    )
  }

  @Test("Folders that are not sets of pictures are refused")
  func folders() throws {
    #expect(
      problem()
        == "set: it holds no PNG or JPEG file, expected pictures, or folders of which each is a class"
    )
    try put("grey-8.png", "a/1.png")
    try FileManager.default.createDirectory(
      atPath: folder.path("b"), withIntermediateDirectories: true)
    #expect(problem().contains("set/b: it holds no PNG or JPEG file"))
    try put("grey-8.png", "2.png")
    #expect(problem().contains("it has pictures (2.png) and folders of them (a)"))
    try folder.write("RIFF", to: "3.webp")
    #expect(
      problem().contains("set/3.webp: it is a picture of another format, expected PNG or JPEG"))
    let error = #expect(throws: InputFileError.self) {
      _ = try ImageSet.folder(folder.path("none"), name: "none")
    }
    #expect(error?.description == "none: there is none, expected a folder of PNG or JPEG files")
  }

  @Test("The digest covers names, classes and bytes, and nothing else")
  func digest() throws {
    let cut = PicturePreparation(crop: 7)
    try put("grey-8.png", "a/1.png")
    try put("grey-4.png", "b/1.png")
    let first = try open(cut)
    #expect(first.digests.count == 1)
    #expect(try open(PicturePreparation(crop: 5)).digests == first.digests)
    try folder.write("file,label\na/1.png,0\nb/1.png,1\n", to: "same.csv")
    #expect(try open(labels: "same.csv", cut).digests == first.digests)
    try folder.write("file,label\na/1.png,0\nb/1.png,2\n", to: "other.csv")
    #expect(try open(labels: "other.csv", cut).digests != first.digests)
    try FileManager.default.moveItem(atPath: folder.path("b"), toPath: folder.path("c"))
    #expect(try open(cut).digests != first.digests)
    try FileManager.default.moveItem(atPath: folder.path("c"), toPath: folder.path("b"))
    #expect(try open(cut).digests == first.digests)
    try put("grey-2.png", "b/1.png")
    #expect(try open(cut).digests != first.digests)
    // What was opened is read as it was, or not at all.
    let error = #expect(throws: InputFileError.self) { _ = try first.bytes(1..<2) }
    #expect(error?.description.contains("set/b/1.png: the file has changed") ?? false)
  }

  @Test("Folders and files of every format are told apart by what they hold")
  func formats() throws {
    let cut = PicturePreparation(crop: 7)
    try put("grey-8.png", "set/a/1.png")
    let set = try ImageSet.open(
      folder.path("set"), name: "set", dataset: "", labels: nil, preparation: cut)
    #expect(set.shape.size == 7)
    let rows = (0..<2).flatMap { row in
      [UInt8(row), UInt8(99 - row)] + [UInt8](repeating: 9, count: 3_072)
    }
    try Data(rows).write(to: URL(filePath: folder.path("test.bin")))
    let path = folder.path("test.bin")
    #expect(try ImageSet.open(path, name: "t", dataset: "", labels: nil).labels == [99, 98])
    #expect(try ImageSet.open(path, name: "t", dataset: "", labels: "coarse").labels == [0, 1])
    let error = #expect(throws: InputFileError.self) {
      _ = try ImageSet.open(path, name: "t", dataset: "", labels: nil, preparation: cut)
    }
    #expect(error?.description.contains("not a folder of pictures") ?? false)
  }

  @Test("Files of CIFAR-100 have a group and a class in each row")
  func cifar100() throws {
    let image = (0..<3_072).map { UInt8($0 % 251) }
    try Data([19, 99] + image + [0, 7] + image.reversed()).write(
      to: URL(filePath: folder.path("train.bin")))
    for (labels, expected) in [(ImageSet.CIFAR100Labels.fine, [99, 7]), (.coarse, [19, 0])] {
      let set = try ImageSet.cifar100(folder.path, name: "c", labels: labels)
      #expect(set.labels == expected)
      #expect(set.shape == InputShape(channels: 3, size: 32))
      #expect(try set.bytes(1..<2) == image.reversed())
    }
    try Data([20, 99] + image).write(to: URL(filePath: folder.path("bad.bin")))
    try Data([0, 99] + image + [1]).write(to: URL(filePath: folder.path("long.bin")))
    for (name, message) in [
      ("bad.bin", "image 0 is of class 20, expected a class from 0 to 19"),
      ("long.bin", "it holds 3075 bytes, expected a multiple of 3074"),
    ] {
      let error = #expect(throws: InputFileError.self) {
        _ = try ImageSet.cifar100(folder.path(name), name: name)
      }
      #expect(error?.description.contains(message) ?? false)
    }
  }
}
