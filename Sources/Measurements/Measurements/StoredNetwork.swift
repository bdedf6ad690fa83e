internal import ImageData
internal import NetworkGraphs
internal import Networks

extension BuiltNetwork {
  /// Where weights files hold the parameters, module by module in the order of the network.
  ///
  /// The path is the parameter's name with slashes for dots, and layer 3 is `2`, as layers are counted
  /// from 0 there.
  var storedParameters: [(parameter: NetworkParameter, place: StoredParameter)] {
    let all = parameters.map { (parameter: $0, place: place(of: $0)) }
    var order: [String: Int] = [:]
    for (_, place) in all where order[place.module] == nil { order[place.module] = order.count }
    return all.enumerated().sorted { left, right in
      (order[left.element.place.module] ?? 0, left.offset)
        < (order[right.element.place.module] ?? 0, right.offset)
    }.map(\.element)
  }

  private func place(of parameter: NetworkParameter) -> StoredParameter {
    let (name, sides) = (graph[parameter.id].name, graph[parameter.id].shape.sides)
    var modules = name.split(separator: ".").map(String.init)
    if let first = modules.first, first.hasPrefix("layer_"), let layer = Int(first.dropFirst(6)) {
      modules[0] = String(layer - 1)
    }
    // Biases have sides of 1 so that they are repeated over the pixels.
    let isRepeated = parameter.role == .bias && sides.count == 3 && sides[1...] == [1, 1]
    return StoredParameter(
      path: modules.joined(separator: "/"), shape: isRepeated ? [sides[0]] : sides)
  }
}
