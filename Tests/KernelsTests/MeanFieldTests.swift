import Foundation
import Kernels
import NetworkGraphs
import Testing

@Suite("Mean field") struct MeanFieldTests {
  @Test("The published point of tanh is found with 201-point quadrature's digits") func chaotic()
    throws
  {
    let field = try #require(MeanField(.tanh, weightVariance: 2.5, biasVariance: 0.05))
    // The values have that many digits.
    #expect(abs(field.variance - 1.06396) < 5e-6)
    #expect(abs(field.correlation - 0.4468) < 5e-5)
    #expect(abs(field.chiPerpendicular - 1.13352) < 5e-6)
    #expect(abs(field.chiParallel - 0.42846) < 5e-6)
    #expect(abs(field.chiCorrelation - 0.91872) < 5e-6)
    #expect(abs(field.depthScale - 11.796) < 5e-4)
  }

  @Test("Below the critical line correlations tend to 1") func ordered() throws {
    let field = try #require(MeanField(.tanh, weightVariance: 1.3, biasVariance: 0.05))
    #expect(abs(field.variance - 0.31532) < 5e-6)
    #expect(field.correlation == 1 && field.chiCorrelation == field.chiPerpendicular)
    #expect(abs(field.chiPerpendicular - 0.88016) < 5e-6)
    #expect(abs(field.chiParallel - 0.57112) < 5e-6)
    #expect(abs(field.depthScale - 7.834) < 5e-4)
  }

  @Test("χ⊥ is 1 on the critical lines of tanh and erf") func critical() throws {
    let points: [(ScalarFunction, weight: Double, bias: Double)] = [
      (.tanh, 1.7610, 0.05), (.erf, 1.7476, 0.18),
    ]
    for (activation, weight, bias) in points {
      // χ⊥ grows by less than 1 with the variance here, whose values have five digits.
      for (factor, isChaotic) in [(1 - 1e-4, false), (1 + 1e-4, true)] {
        let field = try #require(
          MeanField(activation, weightVariance: weight * factor, biasVariance: bias))
        #expect((field.chiPerpendicular > 1) == isChaotic)
        #expect(abs(field.chiPerpendicular - 1) < 2e-4)
      }
    }
  }

  @Test("A step of erf's map is that of its closed form") func closedForm() throws {
    // E erf(√q u)² = 2/π asin(2q/(1 + 2q)), Williams 1997.
    let (weight, bias) = (2.0, 0.1)
    let field = try #require(MeanField(.erf, weightVariance: weight, biasVariance: bias))
    let (q, c) = (field.variance, field.correlation)
    let map = { (c: Double) in weight * 2 / .pi * asin(2 * q * c / (1 + 2 * q)) + bias }
    // Both the variance and the correlation are fixed to 1e-14 and rounded a few hundred times.
    #expect(abs(map(1) - q) < 1e-12)
    #expect(c < 1 && abs(map(c) / q - c) < 1e-12)
    let slope = weight * 4 / .pi / ((1 + 2 * q) * (1 + 2 * q) - 4 * q * q * c * c).squareRoot()
    #expect(abs(field.chiCorrelation - slope) < 1e-12)
    let chi = weight * 4 / .pi / (1 + 4 * q).squareRoot()
    #expect(abs(field.chiPerpendicular - chi) < 1e-12)
    let parallel = weight * 2 / .pi * 2 / (1 + 2 * q) / (1 + 4 * q).squareRoot()
    #expect(abs(field.chiParallel - parallel) < 1e-12)
  }

  @Test("relu keeps gradients at weight variance 2 only, whatever the bias") func relu() throws {
    for bias in [0, 0.3] {
      let field = try #require(MeanField(.relu, weightVariance: 2, biasVariance: bias))
      #expect(field.chiParallel == 1 && field.chiPerpendicular == 1)
      #expect(field.depthScale == .infinity)
    }
    let field = try #require(MeanField(.relu, weightVariance: 1.5, biasVariance: 0.5))
    #expect(field.chiPerpendicular == 0.75 && field.variance == 2)
    #expect(field.depthScale == 1 / abs(log(0.75)))
    let identity = try #require(MeanField(.identity, weightVariance: 0.5, biasVariance: 0))
    #expect(identity.chiParallel == 0.5)
    let leaky = try #require(
      MeanField(.leakyReLU(slope: 0.5), weightVariance: 1, biasVariance: 0))
    #expect(leaky.chiParallel == 0.625)
  }

  @Test("Signals that vanish leave the slope at 0, and those that grow without end leave nothing")
  func limits() throws {
    let vanishing = try #require(MeanField(.tanh, weightVariance: 0.9, biasVariance: 0))
    #expect(vanishing.variance == 0 && vanishing.chiPerpendicular == 0.9)
    #expect(vanishing.chiParallel == 0.9)
    #expect(MeanField(.gelu, weightVariance: 4, biasVariance: 1) == nil)
  }
}
