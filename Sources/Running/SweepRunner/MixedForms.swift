internal import Architectures
internal import Measurements
internal import SweepSpec

/// Families of a sweep that have different forms of the frame because nobody said which.
///
/// Potentials of the two forms cannot be compared, and each family has a form of its own if the sweep names
/// none.
package struct MixedForms {
  private let families: [Form: [Family]]
  private let path: String

  /// Nil if all points have one form, if the sweep varies it, or if it measures no frames.
  package init?(_ sweep: SweepFile) {
    guard sweep.measurements.measuresFrames, !sweep.spec.sweptKeys.contains("form") else {
      return nil
    }
    var forms: [Family: Set<Form>] = [:]
    for frame in sweep.plan.layerFrames { forms[frame.family, default: []].insert(frame.form) }
    if !sweep.plan.isPlain {
      var points = PointCursor(sweep.plan)
      for index in 0..<sweep.plan.count {
        let network = points.point(at: index).network
        guard let architecture = network.architecture, !architecture.hasLayerFrame,
          network.frameReason.isEmpty
        else { continue }
        forms[architecture.family, default: []].insert(architecture.form)
      }
    }
    // A family that has both forms has them because somebody asked for that.
    guard forms.values.allSatisfy({ $0.count == 1 }),
      forms.allSatisfy({ $0.value == [$0.key.defaultForm] })
    else { return nil }
    families = Dictionary(grouping: forms.keys) { $0.defaultForm }
      .mapValues { $0.sorted { $0.rawValue < $1.rawValue } }
    guard families.count > 1 else { return nil }
    path = sweep.path
  }

  /// What is wrong with that, and the line to add.
  package var text: String {
    let parts = families.sorted { $0.key.rawValue < $1.key.rawValue }.map { form, families in
      "\(families.map(\.name).joined(separator: " and ")) in the \(form.name) form"
    }
    // Minima of the synthesis form say more, and residual networks do not have it.
    let common: Form = families.values.joined().contains(.residual) ? .analysis : .synthesis
    return
      "\(path): measures \(parts.joined(separator: ", ")), and potentials of the two forms cannot "
      + "be compared; to measure all in one form, add this line under architecture:\n  form: "
      + common.name
  }
}
