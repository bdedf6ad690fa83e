internal import InducedFrames

/// Seconds for each of what statistics count, on one core of a machine.
public struct MachineRates: Sendable, Equatable {
  /// A point, whatever it holds.
  var perPoint = 5e-6
  /// What the first point of a worker takes longer.
  var start = 4e-4
  /// A layer, whatever its size.
  var perLayer = 2e-6
  /// A weight that is drawn or read, laid out and normalised.
  var perWeight = 4e-8
  /// A floating-point operation of a product of large matrices.
  var perProductFLOP = 2e-11
  /// A call of a product.
  var perProductCall = 3e-7
  /// An entry of an operand of a product.
  var perOperandEntry = 3e-10
  /// An entry that is added to a block.
  var perAddedEntry = 3e-10
  /// An entry of a block that is cleared, normalised and summed.
  var perBlockEntry = 1.5e-9
  /// A floating-point operation of the frame bounds.
  var perBoundFLOP = 2e-10
  /// A floating-point operation of a descent, whose products are small.
  var perDescentFLOP = 5e-11
  /// An entry of a vector that a descent adds or multiplies.
  var perVectorEntry = 5e-10
  /// How many times slower than the common core this one is where it does not multiply matrices.
  var slowness = 1.0

  /// A core of a common server; good for ratios.
  public static let common = MachineRates()

  /// The predicted time of the potential with its gradient along all weights.
  func secondsOfGradient(of cost: StatisticsCost, weights: Int) -> Double {
    // Each product has a derivative with respect to both of its factors.
    perDescentFLOP * 3 * cost.productFLOPs + perProductCall * 3 * cost.productCalls
      + perBlockEntry * 2 * cost.blockEntries + perVectorEntry * 20 * Double(weights)
  }

  /// The predicted time of a search for a minimum.
  func seconds(of cost: MinimumCost) -> Double {
    perDescentFLOP * cost.productFLOPs + perProductCall * cost.productCalls
      + perBlockEntry * cost.blockEntries + perVectorEntry * cost.vectorEntries
  }

  /// The predicted time of the statistics at one draw.
  func seconds(of cost: StatisticsCost, weights: Int) -> Double {
    perWeight * Double(weights) + perProductFLOP * cost.productFLOPs
      + perProductCall * cost.productCalls + perOperandEntry * cost.operandEntries
      + perAddedEntry * cost.addedEntries + perBlockEntry * cost.blockEntries
  }
}
