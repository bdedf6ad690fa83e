/// The product of numbers that a file gives; nil where it does not fit 64 bits, because then damage has
/// changed one of them.
func checkedProduct(_ factors: [Int]) -> Int? {
  var product = 1
  for factor in factors {
    let (next, overflows) = product.multipliedReportingOverflow(by: factor)
    if overflows { return nil }
    product = next
  }
  return product
}
