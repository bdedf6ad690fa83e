import OneDNN
import Testing

@Suite("The library of oneDNN")
struct LibraryTests {
  @Test("The library names its version and instruction set")
  func names() {
    #expect(OneDNNLibrary.version.hasPrefix("2."))
    #expect(!OneDNNLibrary.instructionSet.isEmpty)
  }
}
