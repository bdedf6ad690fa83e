internal import NetworkGraphs

extension Graph {
  /// Adds an operation whose operands fit, because what asks for it was checked.
  mutating func addFitting(
    _ operation: any GraphOperation, _ operands: [Operand], name: String
  ) -> ValueID {
    do throws(GraphError) {
      return try add(operation, operands, name: name)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
