/// A LAPACK routine that did not come to a result.
public struct LAPACKError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The routine's name without the letter of the type, such as "SYEVD".
  public let routine: String

  /// LAPACK's `info`: positive if the iteration did not converge, negative for a bad argument.
  public let info: Int

  /// Describes an error.
  public init(routine: String, info: Int) {
    self.routine = routine
    self.info = info
  }

  /// One sentence: the routine, then the cause.
  public var description: String {
    info > 0
      ? "\(routine) did not converge (info = \(info))"
      : "\(routine) refused its argument \(-info), which a NaN may cause"
  }

  /// Throws unless a routine succeeded.
  static func check(_ routine: String, _ info: Int) throws(LAPACKError) {
    guard info == 0 else { throw LAPACKError(routine: routine, info: info) }
  }
}

/// Working memory for LAPACK, sized by asking the routine first.
@safe struct Workspace<Scalar: BLASScalar>: ~Copyable {
  let numbers: UnsafeMutableBufferPointer<Scalar>
  let integers: UnsafeMutableBufferPointer<Int32>

  /// The start of the numbers.
  var work: UnsafeMutablePointer<Scalar> { unsafe Self.start(numbers) }
  /// The start of the integers.
  var integerWork: UnsafeMutablePointer<Int32> { unsafe Self.start(integers) }

  init(numbers: Int, integers: Int) {
    unsafe self.numbers = .allocate(capacity: max(1, numbers))
    unsafe self.integers = .allocate(capacity: max(1, integers))
    unsafe self.numbers.initialize(repeating: 0)
    unsafe self.integers.initialize(repeating: 0)
  }

  deinit {
    unsafe numbers.deallocate()
    unsafe integers.deallocate()
  }

  /// Asks a routine, which is called with a `workCount` of −1, for the sizes it wants.
  init(
    _ routine: String,
    query: (UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Int32>) -> Int
  ) throws(LAPACKError) {
    var count: Scalar = 0
    var integerCount: Int32 = 0
    try unsafe LAPACKError.check(routine, query(&count, &integerCount))
    // A size above 2²⁴ may have been rounded down when it was written as a Float.
    self.init(numbers: Int(count.nextUp.rounded(.up)), integers: Int(integerCount))
  }

  private static func start<Element>(
    _ buffer: UnsafeMutableBufferPointer<Element>
  ) -> UnsafeMutablePointer<Element> {
    guard let start = buffer.baseAddress else {
      preconditionFailure("working memory is never empty")
    }
    return unsafe start
  }
}
