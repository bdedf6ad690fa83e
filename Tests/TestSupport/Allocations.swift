internal import CAllocations

/// How often the calling thread asks for memory while it does something.
public func allocationCount(_ body: () throws -> Void) rethrows -> Int {
  let before = CAllocations_count()
  try body()
  return Int(CAllocations_count() - before)
}
