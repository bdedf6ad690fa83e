import Foundation
import TestSupport
import Testing

@testable import HDF5

/// One suite, run one test after the other: not every site's library may be entered twice at once.
@Suite("HDF5", .serialized) struct HDF5Tests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func roundTrip<Element: HDF5Element & Equatable>(_ values: [Element]) throws {
    let path = folder.path("\(Element.elementType).h5")
    let file = try File.create(path)
    let root = try file.root()
    let dataset = try root.createDataset("values", Element.elementType, shape: [values.count])
    try dataset.write(values)
    #expect(try dataset.elementType() == Element.elementType)
    #expect(try dataset.read(Element.self) == values)
    try dataset.setAttribute("list", values)
    try dataset.setAttribute("first", values[0])
    #expect(try dataset.attribute("list", as: Element.self) == values)
    #expect(try dataset.attribute("first", as: Element.self) == [values[0]])
  }

  @Test("Numbers of every type come back as they were written") func numbers() throws {
    try roundTrip([Int8.min, -1, 0, Int8.max])
    try roundTrip([UInt8.min, 1, UInt8.max])
    try roundTrip([Int32.min, -1, Int32.max])
    try roundTrip([Int64.min, -1, Int64.max])
    try roundTrip([Float.leastNonzeroMagnitude, -0.5, .infinity])
    try roundTrip([Double.pi, -.greatestFiniteMagnitude, .infinity])
  }

  @Test("A file in memory has the bytes of one on a disk, and leaves none there") func memory()
    throws
  {
    let (name, path) = (folder.path("memory.h5"), folder.path("disk.h5"))
    let file = try File.createInMemory(name: name)
    try file.root().createDataset("x", .float32, shape: [3]).write([1, 2, 3] as [Float])
    let bytes = try file.bytes()
    #expect(!FileManager.default.fileExists(atPath: name))
    try Data(bytes).write(to: URL(filePath: path))
    #expect(try File.open(path).root().openDataset("x").read(Float.self) == [1, 2, 3])
  }

  @Test("A NaN keeps its bits") func notANumber() throws {
    let file = try File.create(folder.path("nan.h5"))
    let dataset = try file.root().createDataset("x", .float64, shape: [1])
    try dataset.write([Double(bitPattern: 0x7FF8_0000_0000_0000)])
    #expect(try dataset.read(Double.self).map(\.bitPattern) == [0x7FF8_0000_0000_0000])
  }

  @Test("Rows written apart are read together", arguments: [nil, [3, 5]])
  func rows(chunk: [Int]?) throws {
    let file = try File.create(folder.path("rows.h5"))
    let options = DatasetOptions(
      chunk: chunk, shuffles: chunk != nil, deflateLevel: chunk == nil ? nil : 1)
    let shape = [10, 5]
    let dataset = try file.root().createDataset("x", .int32, shape: shape, options: options)
    let values = (0..<50).map { Int32($0) }
    for rows in [4..<10, 0..<4] {
      let part = Array(values[rows.lowerBound * 5..<rows.upperBound * 5])
      try dataset.write(part, to: Hyperslab(rows: rows, of: shape))
    }
    #expect(try dataset.shape() == shape)
    #expect(try dataset.read(Int32.self) == values)
    let column = Hyperslab(start: [2, 3], count: [3, 1])
    #expect(try dataset.read(Int32.self, from: column) == [13, 18, 23])
    let bytes = try dataset.readBytes(as: .int32, from: Hyperslab(rows: 1..<2, of: shape))
    #expect(bytes == (5..<10).flatMap { [UInt8($0), 0, 0, 0] })
  }

  @Test("Numbers of another type are converted on reading") func conversion() throws {
    let file = try File.create(folder.path("conversion.h5"))
    let dataset = try file.root().createDataset("x", .uint8, shape: [2, 2])
    try dataset.write([UInt8(0), 64, 128, 255])
    #expect(try dataset.read(Float.self) == [0, 64, 128, 255])
  }

  @Test("Texts keep every character") func texts() throws {
    let path = folder.path("texts.h5")
    let texts = ["", "größer", "行列", String(repeating: "x", count: 100_000)]
    do {
      let file = try File.create(path)
      let root = try file.root()
      let dataset = try root.createTextDataset("words", shape: [4])
      try dataset.write(texts: Array(texts[2...]), to: Hyperslab(start: [2], count: [2]))
      try dataset.write(texts: Array(texts[..<2]), to: Hyperslab(start: [0], count: [2]))
      let single = try root.createTextDataset("single", shape: [])
      try single.write(texts: ["one"])
      try root.setAttribute("title", "Rahmen")
      try root.setAttribute("nothing", "")
    }
    let root = try File.open(path).root()
    #expect(try root.openDataset("words").readTexts() == texts)
    #expect(try root.openDataset("words").holdsText())
    #expect(try root.openDataset("words").elementType() == nil)
    #expect(try root.openDataset("single").readTexts() == ["one"])
    #expect(try root.textAttribute("title") == "Rahmen")
    #expect(try root.textAttribute("nothing") == "")
    #expect(try root.hasAttribute("title"))
    #expect(try !root.hasAttribute("author"))
  }

  @Test("Members are listed in the order in which they were made") func order() throws {
    let file = try File.create(folder.path("order.h5"))
    let root = try file.root()
    for name in ["zeta", "alpha", "mu"] { _ = try root.createDataset(name, .int8, shape: [1]) }
    let group = try root.createGroup("group")
    _ = try group.createDataset("inner", .int8, shape: [1])
    #expect(try root.datasetNames() == ["zeta", "alpha", "mu"])
    #expect(try root.groupNames() == ["group"])
    #expect(try root.openGroup("group").openDataset("inner").name == "/group/inner")
    #expect(try root.contains("mu"))
    #expect(try !root.contains("nu"))
    #expect(try root.containsDataset("mu") && !root.containsGroup("mu"))
    #expect(try root.containsGroup("group") && !root.containsDataset("group"))
    #expect(try !root.containsDataset("nu") && !root.containsGroup("nu"))
    for name in ["a", "c", "b"] { _ = try group.createGroup(name) }
    #expect(try group.groupNames() == ["a", "c", "b"])
    #expect(try group.groupNames(amongFirst: 3) == ["a", "c"])
  }

  @Test("A scale belongs to the dimension that it was attached to") func scales() throws {
    let file = try File.create(folder.path("scales.h5"))
    let root = try file.root()
    let point = try root.createDataset("point", .int64, shape: [3])
    try point.makeScale(of: "point")
    let draw = try root.createDataset("draw", .int32, shape: [2])
    try draw.makeScale(of: "draw")
    let table = try root.createDataset("x", .float64, shape: [3, 2])
    try table.attach(point, to: 0)
    try table.attach(draw, to: 1)
    let scales = [try point.isScale, try table.isScale]
    #expect(scales == [true, false])
    let attached = [try table.isAttached(point, to: 0), try table.isAttached(point, to: 1)]
    #expect(attached == [true, false])
  }

  @Test("An error names the call, the object and the library's cause") func errors() throws {
    let missing = folder.path("missing.h5")
    let error = #expect(throws: HDF5Error.self) { _ = try File.open(missing) }
    #expect(error?.operation == "H5Fopen")
    #expect(error?.object == missing)
    #expect(error?.frames.isEmpty == false)
    #expect(error?.systemReason == "No such file or directory")
    #expect(error?.description == "H5Fopen failed on \(missing): No such file or directory")
    let file = try File.create(folder.path("errors.h5"))
    let root = try file.root()
    #expect(throws: HDF5Error.self) { _ = try root.openDataset("nothing") }
    let numbers = try root.createDataset("n", .int8, shape: [1])
    #expect(throws: HDF5Error.self) { try numbers.readTexts() }
    #expect(throws: HDF5Error.self) { _ = try File.create(folder.path("errors.h5")) }
  }

  @Test("The same content gives the same bytes") func reproducible() throws {
    func bytes(_ name: String) throws -> Data {
      let path = folder.path(name)
      let file = try File.create(path)
      do {
        let root = try file.root()
        let dataset = try root.createDataset("x", .int32, shape: [4])
        try dataset.write([Int32(1), 2, 3, 4])
        try dataset.setAttribute("units", "1")
      }
      try file.close()
      return try Data(contentsOf: URL(filePath: path))
    }
    #expect(try bytes("first.h5") == bytes("second.h5"))
  }

  @Test("As many elements as the part has are needed") func count() async {
    await #expect(processExitsWith: .failure) {
      let folder = try TemporaryDirectory()
      let file = try File.create(folder.path("count.h5"))
      let dataset = try file.root().createDataset("x", .int32, shape: [4])
      try dataset.write([Int32(1)])
    }
  }
}
