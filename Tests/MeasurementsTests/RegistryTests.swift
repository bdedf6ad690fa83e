import Foundation
import InducedFrames
import NeuralFrames
import SweepRecords
import Testing

@testable import Measurements

@Suite("Registry") struct RegistryTests {
  private let schema = Registry.schema

  @Test("Codes of enumerations are those of the contract") func codes() {
    func words(_ id: ColumnID) -> [String]? {
      let flags = schema[id]?.flags
      #expect(flags?.map(\.value) == flags?.indices.map { Int8($0) })
      return flags?.map(\.meaning)
    }
    #expect(
      words("minimum_status") == [
        "not_requested", "closed_form", "converged", "iteration_limit", "unavailable", "failed",
        "certified",
      ])
    #expect(
      words("frame_bound_status") == [
        "not_requested", "exact", "converged", "iteration_limit", "unavailable",
      ])
    #expect(words("train_status") == ["not_trained", "completed", "diverged"])
    #expect(words("perturbation_b") == ["augmentation", "noise", "fourier", "generative"])
  }

  @Test("Every column explains itself") func descriptions() {
    for column in schema.columns {
      #expect(!column.longName.isEmpty && !column.description.isEmpty && !column.units.isEmpty)
      #expect((column.dimensions.first == .point) == (column.origin != .sweep))
      // A record's values of few draws are the beginning of those of more.
      #expect(!column.dimensions.dropFirst(2).contains(.draw))
      #expect(column.flags.allSatisfy { !$0.meaning.contains(" ") })
    }
    #expect(schema.columns.count { $0.type == .float32 } == 20)
  }

  @Test("Statistics of neural frames are named as in the science") func neuralFrames() {
    #expect(FrameStatistic.allCases.count == NeuralColumns.all.count)
    for (statistic, columns) in zip(FrameStatistic.allCases, NeuralColumns.all) {
      let words = columns.perImage.name.split(separator: "_").dropFirst()
      let name = words.enumerated().map { $0 == 0 ? String($1) : $1.capitalized }.joined()
      #expect("\(statistic)" == name)
    }
  }

  @Test("Trained networks repeat the columns of neural frames and of frames with a prefix")
  func trained() {
    let repeated = schema.columns.filter { schema[$0.id.afterTraining] != nil }
    let known = NeuralColumns.measured(perImage: true) + FrameStatistics.quantities.columns()
    #expect(known.count == 32 + 4 && Set(known.map(\.id)).isSubset(of: repeated.map(\.id)))
    #expect(schema["trained_frame_bound_lower"] == nil && schema["trained_snip"] == nil)
    for column in repeated {
      let other = schema[column.id.afterTraining]
      #expect(other?.name == "trained_" + column.name)
      #expect(other?.dimensions == column.dimensions && other?.type == column.type)
      #expect(other?.longName != column.longName)
    }
  }
}
