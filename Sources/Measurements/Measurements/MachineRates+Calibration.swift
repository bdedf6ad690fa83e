internal import Architectures
internal import InducedFrames
internal import Networks
internal import OpenBLAS

extension MachineRates {
  /// Measures how fast this machine is.
  ///
  /// That takes a quarter of a second of CPU time, and BLAS should have one thread, as in runs.
  ///
  /// A large product gives the rate of products. The statistics of a small network, less its
  /// products, tell how much slower or faster than the common one the core is in all the rest.
  public static func measured() -> MachineRates {
    let product = secondsPerProductFLOP()
    let expected = common.smallNetworkSeconds(perProductFLOP: 0)
    let rest =
      smallNetworkSeconds() - common.smallNetworkSeconds(perProductFLOP: product) + expected
    return MachineRates(perProductFLOP: product, slowness: max(rest / expected, 0.05))
  }

  /// The common rates with another rate of products, and all else a number of times slower.
  private init(perProductFLOP: Double, slowness: Double) {
    self.init()
    self.perProductFLOP = perProductFLOP
    self.slowness = slowness
    for rate in [
      \Self.perPoint, \.start, \.perLayer, \.perWeight, \.perProductCall, \.perOperandEntry,
      \.perAddedEntry, \.perBlockEntry, \.perBoundFLOP, \.perDescentFLOP, \.perVectorEntry,
    ] { self[keyPath: rate] *= slowness }
  }

  /// The rates as text, for ranks that predict as the coordinator does.
  public var text: String { "\(perProductFLOP.bitPattern) \(slowness.bitPattern)" }

  /// Reads what `text` wrote.
  public init(text: String) {
    let numbers = text.split(separator: " ").compactMap { UInt64($0) }
    precondition(numbers.count == 2, "rates are written as two numbers")
    self.init(
      perProductFLOP: Double(bitPattern: numbers[0]), slowness: Double(bitPattern: numbers[1]))
  }

  /// The shortest CPU time of a number of tries, at least two and about 60 ms of them.
  ///
  /// On a busy machine a clock would tell how long others had the core.
  private static func shortest(_ body: () -> Void) -> Double {
    let start = threadCPUSeconds()
    var now = start
    var shortest = Double.infinity
    var tries = 0
    while tries < 2 || now - start < 0.06 {
      let before = now
      body()
      now = threadCPUSeconds()
      shortest = min(shortest, now - before)
      tries += 1
    }
    return shortest
  }

  private static func secondsPerProductFLOP() -> Double {
    let (width, inner) = (256, 1_152)
    let operand = (0..<width * inner).map { Double($0 % 17) - 8 }
    var block = [Double](repeating: 0, count: width * width)
    let seconds = shortest {
      gemm(
        .columnMajor, .transpose, .none, rows: width, columns: width, inner: inner, operand,
        operand,
        into: &block)
    }
    return seconds / (2 * Double(width * width * inner))
  }

  private static func smallNetworkSeconds() -> Double {
    let architecture = smallNetwork
    var cache = StructureCache()
    return shortest {
      let weights = NetworkWeights.heInitialization(of: architecture, seed: 0, draw: 0)
      let statistics = FrameStatistics(architecture, weights: weights, cache: &cache)
      precondition(statistics.framePotential > 0, "a frame has a potential")
    }
  }

  private func smallNetworkSeconds(perProductFLOP: Double) -> Double {
    var rates = self
    rates.perProductFLOP = perProductFLOP
    var cache = StructureCache()
    let cost = StatisticsCost(Self.smallNetwork, cache: &cache)
    return rates.perPoint + rates.perLayer * Double(Self.smallNetwork.layerCount)
      + rates.seconds(of: cost, weights: Self.smallNetwork.parameterCount)
  }

  private static let smallNetwork: Architecture = {
    do throws(ArchitectureError) {
      return try Architecture(
        family: .residual, input: InputShape(channels: 3, size: 8),
        stages: [
          Stage(widths: [16, 16, 16], kernel: 3, stride: 1),
          Stage(widths: [32, 32], kernel: 3, stride: 2),
        ], shortcut: .projection)
    } catch {
      preconditionFailure("a small network is impossible: \(error)")
    }
  }()
}
