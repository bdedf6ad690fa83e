internal import Foundation

/// The softmax cross-entropy of one image's class scores, and its gradient with respect to them.
///
/// With d = ln Σ exp(other scores) − own score the loss is ln(1 + eᵈ) and the other classes have the
/// probability 1/(1 + e⁻ᵈ) together. Neither is a difference of nearly equal numbers, so both keep
/// their digits however confident the network is; 1 minus the own probability does not.
struct CrossEntropy {
  /// −ln of the own class's probability, in nats; NaN if a score is not finite.
  let loss: Double
  /// The probability of all other classes together; 0 from margins of about 745.
  let excess: Double
  private let label: Int
  /// The largest score of the other classes, and Σ exp(other score − largest).
  private let (largest, sum): (Double, Double)

  /// Scores at least two classes.
  init(_ scores: [Double], label: Int) { self.init(scores, scores.indices, label: label) }

  /// Scores at least two classes, whose scores lie at some places of an array.
  init(_ scores: [Double], _ places: Range<Int>, label: Int) {
    precondition(places.count >= 2 && (0..<places.count).contains(label), "a score of nothing")
    self.label = label
    let own = scores[places.lowerBound + label]
    var (largest, isFinite) = (-Double.infinity, own.isFinite)
    for place in places where place != places.lowerBound + label {
      let score = scores[place]
      isFinite = isFinite && score.isFinite
      largest = max(largest, score)
    }
    guard isFinite else {
      (loss, excess, self.largest, sum) = (.nan, .nan, .nan, .nan)
      return
    }
    var sum = 0.0
    for place in places where place != places.lowerBound + label {
      sum += exp(scores[place] - largest)
    }
    let lead = largest - own + log(sum)
    loss = max(lead, 0) + log1p(exp(-abs(lead)))
    excess = 1 / (1 + exp(-lead))
    (self.largest, self.sum) = (largest, sum)
  }

  /// The gradient with respect to the score of a class divided by `excess`: −1 for the own class, and
  /// for another its share of `excess`.
  ///
  /// It never vanishes.
  func slope(_ place: Int, score: Double) -> Double {
    guard place != label else { return loss.isNaN ? .nan : -1 }
    return exp(score - largest) / sum
  }
}
