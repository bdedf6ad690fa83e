import Foundation
import Paths
import TestSupport
import Testing

@Suite("Names of files") struct PathNameTests {
  @Test("A name is looked for in a folder unless it is absolute") func resolved() {
    #expect(PathName.resolved("a.h5", in: "jobs") == "jobs/a.h5")
    #expect(PathName.resolved("/a.h5", in: "jobs") == "/a.h5")
    #expect(PathName.resolved("a.h5", in: "") == "a.h5")
  }

  @Test("Folders of folders end at the root or here", arguments: ["/a/b/c.h5", "a/b/c.h5", "c.h5"])
  func folders(path: String) {
    var path = path
    for _ in 0..<4 { path = PathName.folder(of: path) }
    #expect(["/", "."].contains(path))
    #expect(PathName.folder(of: "/c.h5") == "/" && PathName.folder(of: "c.h5") == ".")
    #expect(PathName.folder(of: "a/b/c.h5") == "a/b")
  }

  @Test("What lies below the working folder is named from there") func fromHere() {
    let here = FileManager.default.currentDirectoryPath
    #expect(PathName.fromHere("\(here)/a/b.h5") == "a/b.h5")
    #expect(PathName.fromHere("\(here)b/c.h5") == "\(here)b/c.h5")
    #expect(PathName.absolute("a/../b.h5") == "\(here)/b.h5")
  }

  @Test("Links to files and to folders of files that are missing are followed") func real() throws {
    let folder = try TemporaryDirectory()
    let path = PathName.real(folder.path)
    try FileManager.default.createDirectory(
      atPath: folder.path("deep"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "deep")
    try folder.write("", to: "deep/there")
    #expect(PathName.real(folder.path("link/there")) == "\(path)/deep/there")
    #expect(PathName.real(folder.path("link/../link/missing")) == "\(path)/deep/missing")
  }
}
