internal import NetworkGraphs

/// The Euclidean norm of a vector, summed in double precision from the first entry to the last.
///
/// `nrm2` of single precision gives a number of single precision, which has too few digits for a
/// gradient that is clipped, or compared between networks.
func euclideanNorm<Scalar: GraphScalar>(_ vector: [Scalar]) -> Double {
  var sum = 0.0
  for value in vector { sum += Double(value) * Double(value) }
  return sum.squareRoot()
}
