/// The Euclidean norm of a vector, summed in double precision from the first entry to the last.
///
/// `nrm2` of single precision gives a number of single precision, which has too few digits for a
/// gradient that is clipped, or compared between networks.
func euclideanNorm(_ vector: [Float]) -> Double {
  var sum = 0.0
  for value in vector { sum += Double(value) * Double(value) }
  return sum.squareRoot()
}

/// The same for a vector in double precision.
func euclideanNorm(_ vector: [Double]) -> Double {
  var sum = 0.0
  for value in vector { sum += value * value }
  return sum.squareRoot()
}
