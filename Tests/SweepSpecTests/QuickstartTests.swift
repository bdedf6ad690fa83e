import Architectures
import Foundation
import Measurements
import SweepSpec
import Testing

@Suite("The quickstart")
struct QuickstartTests {
  @Test("It has a few hundred points of every family, convolutional and fully connected")
  func expands() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let bytes = try [UInt8](Data(contentsOf: root.appending(path: "jobs/quickstart.yaml")))
    let plan = try Plan(SpecReader.read(bytes))
    #expect(plan.count == 174)
    #expect(plan.duplicateCount == 0)
    #expect(plan.excludedCount == 45)
    #expect(plan.warnings.isEmpty)
    let architectures = (0..<plan.count).compactMap { plan.point(at: $0).network.framed }
    #expect(Set(architectures.map(\.family)) == Set(Family.layered))
    #expect(Set(architectures.map(\.form)) == Set(Form.allCases))
    #expect(Set(architectures.map(\.input.size)) == [1, 32])
  }
}
