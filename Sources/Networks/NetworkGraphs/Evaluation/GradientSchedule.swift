/// What is done about the memory of gradients on the way back: the first step that writes a gradient
/// either overwrites it or finds zeros.
struct GradientSchedule {
  /// For each step the slots that are set to zero before it goes back.
  private(set) var cleared: [[Int]]
  /// For each step and each value that it reads, those of its tail last, whether it overwrites the
  /// gradient.
  private(set) var overwrites: [[Bool]]
  /// The slots that are set to zero before all steps: those that are asked for, because gradients are
  /// added to them, and the input if nothing reads it.
  private(set) var clearedFirst: [Int]

  init(_ plan: EvaluationPlan, requested: Set<ValueID>) {
    cleared = plan.steps.map { _ in [] }
    overwrites = plan.steps.map { _ in [] }
    clearedFirst = []
    var written = Set<Int>()
    for slot in plan.slots.indices where requested.contains(plan.slots[slot].value) {
      if written.insert(plan.slots[slot].root).inserted { clearedFirst.append(slot) }
    }
    for (index, step) in plan.steps.enumerated().reversed() {
      let read = plan.read(by: step)
      let roots = read.map { plan.slots[$0].root }
      for (place, slot) in read.enumerated() {
        let root = roots[place]
        let isFirst = written.insert(root).inserted
        let isAlone = roots.filter { $0 == root }.count == 1
        let overwrites = isFirst && isAlone && plan.canOverwrite(step, place)
        self.overwrites[index].append(overwrites)
        if isFirst && !overwrites { cleared[index].append(slot) }
      }
    }
    if !written.contains(plan.slots[0].root) { clearedFirst.append(0) }
  }
}

extension EvaluationPlan {
  /// Whether a step can set the gradient of a value that it reads, instead of adding to it.
  fileprivate func canOverwrite(_ step: Step, _ place: Int) -> Bool {
    switch step.action {
    case .kernel(let node, let sources):
      // Values of the tail are set by passes.
      let values = sources.count { source in if case .slot = source { true } else { false } }
      return place >= values || Self.evaluated(graph.nodes[node].operation).overwritesGradient
    case .pass: return true
    case .convert, .view: return false
    }
  }
}
