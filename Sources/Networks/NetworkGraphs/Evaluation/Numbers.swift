/// Numbers somewhere in the memory of an evaluation.
///
/// Whoever makes one sees to it that the memory outlives it: all of an evaluation's memory lives as
/// long as the evaluation. Places are checked in debug builds, in which tests run; in release builds
/// a check for each number would keep the compiler from using vectors.
@safe struct Numbers<Scalar: BitwiseCopyable> {
  let start: UnsafeMutablePointer<Scalar>
  let count: Int

  init(_ start: UnsafeMutablePointer<Scalar>, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  @inline(__always) subscript(place: Int) -> Scalar {
    get {
      assert(place >= 0 && place < count, "place \(place) of \(count)")
      return unsafe start[place]
    }
    nonmutating set {
      assert(place >= 0 && place < count, "place \(place) of \(count)")
      unsafe start[place] = newValue
    }
  }

  /// The numbers, copied.
  var array: [Scalar] { unsafe Array(UnsafeBufferPointer(start: start, count: count)) }

  /// Those from a place on.
  @inline(__always) func dropping(_ places: Int) -> Numbers {
    assert(places >= 0 && places <= count, "place \(places) of \(count)")
    return unsafe Numbers(start + places, count: count - places)
  }

  /// Some from a place on.
  @inline(__always) func part(_ first: Int, _ count: Int) -> Numbers {
    assert(first >= 0 && count >= 0 && first + count <= self.count, "\(first) + \(count)")
    return unsafe Numbers(start + first, count: count)
  }

  /// Sets all to one number.
  @inline(__always) func fill(_ number: Scalar) {
    unsafe start.update(repeating: number, count: count)
  }

  /// Sets all bits to zero; quick in code that does not know the precision, too.
  func clear() {
    unsafe UnsafeMutableRawPointer(start).initializeMemory(
      as: UInt8.self, repeating: 0, count: count * MemoryLayout<Scalar>.stride)
  }

  /// Copies the first numbers of others, all that there is room for.
  @inline(__always) func copy(_ other: Numbers) {
    assert(other.count >= count, "\(count) of \(other.count)")
    unsafe start.update(from: other.start, count: count)
  }

  /// Copies as many numbers of others, which are apart; for so few that a call would take longer.
  @inline(__always) func copyBriefly(_ other: Numbers) where Scalar: SIMDScalar {
    let (source, target) = unsafe (
      UnsafeRawPointer(other.start), UnsafeMutableRawPointer(start)
    )
    let stride = MemoryLayout<Scalar>.stride
    var place = 0
    while place &+ 8 <= count {
      unsafe target.storeBytes(
        of: source.loadUnaligned(fromByteOffset: place &* stride, as: SIMD8<Scalar>.self),
        toByteOffset: place &* stride, as: SIMD8<Scalar>.self)
      place &+= 8
    }
    if place &+ 4 <= count {
      unsafe target.storeBytes(
        of: source.loadUnaligned(fromByteOffset: place &* stride, as: SIMD4<Scalar>.self),
        toByteOffset: place &* stride, as: SIMD4<Scalar>.self)
      place &+= 4
    }
    while place < count {
      unsafe start[place] = other.start[place]
      place &+= 1
    }
  }

  /// Adds as many numbers of others, which are apart; for few, as `copyBriefly`.
  @inline(__always) func addBriefly(_ other: Numbers) where Scalar: FloatingPoint & SIMDScalar {
    let (source, target) = unsafe (
      UnsafeRawPointer(other.start), UnsafeMutableRawPointer(start)
    )
    let stride = MemoryLayout<Scalar>.stride
    var place = 0
    while place &+ 8 <= count {
      unsafe target.storeBytes(
        of: target.loadUnaligned(fromByteOffset: place &* stride, as: SIMD8<Scalar>.self)
          + source.loadUnaligned(fromByteOffset: place &* stride, as: SIMD8<Scalar>.self),
        toByteOffset: place &* stride, as: SIMD8<Scalar>.self)
      place &+= 8
    }
    if place &+ 4 <= count {
      unsafe target.storeBytes(
        of: target.loadUnaligned(fromByteOffset: place &* stride, as: SIMD4<Scalar>.self)
          + source.loadUnaligned(fromByteOffset: place &* stride, as: SIMD4<Scalar>.self),
        toByteOffset: place &* stride, as: SIMD4<Scalar>.self)
      place &+= 4
    }
    while place < count {
      unsafe start[place] += other.start[place]
      place &+= 1
    }
  }

  /// Whether others are these same ones.
  @inline(__always) func isSame(as other: Numbers) -> Bool { unsafe start == other.start }

  // The loops below name the memory that is read and written by one address where it is the same:
  // otherwise the compiler's check for overlaps fails, and it computes one number at a time.

  /// Sets each number to a function of another one.
  @inline(__always) func set(_ a: Numbers, _ function: (Scalar) -> Scalar) {
    if isSame(as: a) {
      for place in 0..<count { self[place] = function(self[place]) }
    } else {
      for place in 0..<count { self[place] = function(a[place]) }
    }
  }

  /// Sets each number to a function of two others.
  @inline(__always) func set(
    _ a: Numbers, _ b: Numbers, _ function: (Scalar, Scalar) -> Scalar
  ) {
    if isSame(as: a) {
      for place in 0..<count { self[place] = function(self[place], b[place]) }
    } else if isSame(as: b) {
      for place in 0..<count { self[place] = function(a[place], self[place]) }
    } else {
      for place in 0..<count { self[place] = function(a[place], b[place]) }
    }
  }

  /// Sets each number to a function of three others, of which the last is apart from these.
  @inline(__always) func set(
    _ a: Numbers, _ b: Numbers, apart c: Numbers, _ function: (Scalar, Scalar, Scalar) -> Scalar
  ) {
    if isSame(as: a) {
      for place in 0..<count { self[place] = function(self[place], b[place], c[place]) }
    } else if isSame(as: b) {
      for place in 0..<count { self[place] = function(a[place], self[place], c[place]) }
    } else {
      for place in 0..<count { self[place] = function(a[place], b[place], c[place]) }
    }
  }
}

extension Numbers where Scalar: BinaryFloatingPoint & SIMDScalar {
  /// The sum, added up in sixteen lanes and these in order.
  @inline(__always) func sum() -> Scalar {
    sum { self[$0] }
  }

  /// The sum of a function of each place, added up in sixteen lanes and these in order.
  ///
  /// The compiler may not change the order of a sum, so lanes are written out.
  @inline(__always) func sum(_ term: (Int) -> Scalar) -> Scalar {
    var (low, high) = (SIMD8<Scalar>(repeating: 0), SIMD8<Scalar>(repeating: 0))
    let whole = count & ~15
    var place = 0
    while place < whole {
      var (first, second) = (SIMD8<Scalar>(), SIMD8<Scalar>())
      for lane in 0..<8 {
        first[lane] = term(place + lane)
        second[lane] = term(place + 8 + lane)
      }
      low += first
      high += second
      place += 16
    }
    var sum = (low + high).sum()
    while place < count {
      sum += term(place)
      place += 1
    }
    return sum
  }
}

/// Memory of its own that starts at a cache line, as oneDNN's kernels like it.
@safe final class NumberMemory<Scalar: BitwiseCopyable> {
  let numbers: Numbers<Scalar>

  /// Allocates numbers, all of them zeros.
  init(count: Int) {
    let byteCount = max(count, 1) * MemoryLayout<Scalar>.stride
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    numbers = unsafe Numbers(bytes.assumingMemoryBound(to: Scalar.self), count: count)
  }

  deinit { unsafe numbers.start.deallocate() }
}
