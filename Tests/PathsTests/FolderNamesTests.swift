import Foundation
import TestSupport
import Testing

@testable import Paths

@Suite("Names in folders") struct FolderNamesTests {
  @Test("A folder is made safe, and one that cannot be is left alone") func folders() throws {
    let folder = try TemporaryDirectory()
    #expect(FolderNames.synchronize(folder.path) == nil)
    #expect(FolderNames.synchronize(folder.path("missing")) == nil)
    #expect(FolderNames.synchronize("/proc") == nil)
  }

  @Test("A disk that fails or is full is an error, a system without the call is none")
  func errors() {
    #expect([EIO, ENOSPC, EDQUOT].allSatisfy(FolderNames.isFailure))
    #expect(![EINVAL, ENOTSUP].contains(where: FolderNames.isFailure))
  }
}
