extension ScalarFunction {
  /// The function and its derivative at some numbers, in double precision.
  public func evaluate(_ numbers: [Double]) -> (values: [Double], derivatives: [Double]) {
    var values = numbers
    var derivatives = numbers
    let count = numbers.count
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe derivatives.withUnsafeMutableBufferPointer { derivatives in
        guard let first = values.baseAddress, let second = derivatives.baseAddress else { return }
        let result = unsafe Numbers(first, count: count)
        apply(result, into: result, derivatives: unsafe Numbers(second, count: count))
      }
    }
    return (values, derivatives)
  }
}
