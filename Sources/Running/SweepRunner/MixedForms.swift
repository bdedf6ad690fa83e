internal import Architectures
internal import SweepSpec

/// Families of a sweep that have different forms of the frame because nobody said which.
///
/// Potentials of the two forms cannot be compared, and each family has a form of its own if the sweep names
/// none.
struct MixedForms {
  private let path: String
  /// Whether the sweep varies the form itself.
  private let isSwept: Bool
  private var forms: [Family: Set<Form>] = [:]

  /// Begins with the networks whose frames are made of layers.
  init(_ sweep: SweepFile) {
    path = sweep.path
    isSwept = sweep.spec.sweptKeys.contains("form")
    for frame in sweep.plan.layerFrames { forms[frame.family, default: []].insert(frame.form) }
  }

  /// Adds a network whose frame follows from its graph.
  mutating func add(_ network: PointNetwork) {
    guard let architecture = network.architecture else { return }
    forms[architecture.family, default: []].insert(architecture.form)
  }

  /// The families by their forms; nil if all have one form, or have it because somebody asked for it.
  private var families: [Form: [Family]]? {
    guard !isSwept, forms.values.allSatisfy({ $0.count == 1 }),
      forms.allSatisfy({ $0.value == [$0.key.defaultForm] })
    else { return nil }
    let families = Dictionary(grouping: forms.keys) { $0.defaultForm }
      .mapValues { $0.sorted { $0.rawValue < $1.rawValue } }
    return families.count > 1 ? families : nil
  }

  /// What is wrong with that, and the line to add; nil if forms are not mixed.
  var text: String? {
    guard let families else { return nil }
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
