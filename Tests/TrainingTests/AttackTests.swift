import Architectures
import Networks
import RandomNumbers
import TestSupport
import Testing

@testable import Training

@Suite("Attacks") struct AttackTests {
  @Test("One step goes along the signs, or along the gradient, and stays in the box")
  func steps() {
    let origin: [Float] = [0.5, 0.5, 0.5, 0.875]
    var image = origin
    Attack.fgsmLinf.move(&image, along: [3, -2, 0, 1], around: origin, radius: 0.25)
    #expect(image == [0.75, 0.25, 0.5, 1])
    image = origin
    Attack.fgsmL2.move(&image, along: [3, 4, 0, 0], around: origin, radius: 0.5)
    #expect(areClose(image, [0.8, 0.9, 0.5, 0.875], absolute: 1e-6))
    image = origin
    Attack.fgsmL2.move(&image, along: [0, 0, 0, 0], around: origin, radius: 0.5)
    #expect(image == origin)
  }

  @Test("Starts and steps stay in ball and box", arguments: Attack.allCases)
  func confined(_ attack: Attack) {
    var random = SeededGenerator(seed: 5)
    var stream = RandomKey(domain: "test of attacks").stream
    for _ in 0..<50 {
      let origin: [Float] = random.numbers(12).map { (value: Float) in abs(value) }
      var image = attack.start(around: origin, radius: 0.3, from: &stream)
      for step in 0..<5 {
        if step > 0 {
          attack.move(&image, along: random.numbers(12), around: origin, radius: 0.3)
        }
        let moves = zip(image, origin).map { abs(Double($0) - Double($1)) }
        let distance =
          attack.isEuclidean
          ? moves.reduce(0) { $0 + $1 * $1 }.squareRoot() : moves.max() ?? 0
        // The radius and sums are rounded to single precision.
        #expect(distance <= 0.3 * (1 + 1e-5))
        #expect(image.allSatisfy { (0...1).contains($0) })
      }
    }
  }

  @Test("Errors under attack are not below the test error and reach far at large radii")
  func errors() throws {
    let trainer = try TrainerTests.trainer()
    while !trainer.isDone { try trainer.runEpoch() }
    let clean = try trainer.result().testError
    for attack in Attack.allCases {
      #expect(try trainer.adversarialError(attack, radius: 0) == clean)
      let near = try trainer.adversarialError(attack, radius: 0.1)
      let far = try trainer.adversarialError(attack, radius: attack.isEuclidean ? 4 : 1)
      #expect(clean <= near && near <= far && far > 0.5, "\(attack) \(clean) \(near) \(far)")
      // The same again: nothing but the arguments matters.
      #expect(try trainer.adversarialError(attack, radius: 0.1) == near)
    }
  }

  @Test("More random starts find all mistakes that fewer find, and do not change one step")
  func restarts() throws {
    let trainer = try TrainerTests.trainer()
    while !trainer.isDone { try trainer.runEpoch() }
    for attack in Attack.allCases {
      let errors = try [1, 2, 8].map {
        try trainer.adversarialError(attack, radius: 0.05, restarts: $0)
      }
      #expect(try errors[0] == trainer.adversarialError(attack, radius: 0.05))
      #expect(errors == errors.sorted(), "\(attack) \(errors)")
      if !attack.isIterated { #expect(errors[0] == errors[2]) }
      #expect([1, 5].map { attack.starts(of: $0) } == (attack.isIterated ? [1, 5] : [1, 1]))
    }
  }

  @Test("How confident a network of two classes is does not matter", arguments: Attack.allCases)
  func confidence(_ attack: Attack) throws {
    var images = TrainerTests.images()
    images = LabelledImages(
      shape: images.shape, values: images.values, labels: images.labels.map { $0 % 2 })
    var settings = TrainingSettings()
    (settings.epochs, settings.batchSize) = (12, 16)
    let trainer = try Trainer(
      BuiltNetwork(TrainerTests.network(.chain), classes: images.classes), images: images,
      split: DataSplit(count: images.count, validation: 0.1, test: 0.2, seed: 1),
      settings: settings, seed: 1, draw: 0)
    while !trainer.isDone { try trainer.runEpoch() }
    let expected = try trainer.adversarialError(attack, radius: 0.4)
    let built = trainer.network.network
    let (weights, biases) = (
      try #require(built.classifierWeight?.range), try #require(built.classifierBias?.range)
    )
    // A power of two scales all scores and gradients exactly; margins get up to thousands.
    for place in [weights, biases].joined() { trainer.state.descent.parameters[place] *= 1_024 }
    #expect(try trainer.adversarialError(attack, radius: 0.4) == expected)
    #expect(try expected > trainer.adversarialError(attack, radius: 0))
  }

  @Test("Training against an attack makes it harder") func hardening() throws {
    func error(_ change: (inout TrainingSettings) -> Void) throws -> Double {
      let trainer = try TrainerTests.trainer {
        $0.epochs = 20
        change(&$0)
      }
      while !trainer.isDone { try trainer.runEpoch() }
      return try trainer.adversarialError(.pgdLinf, radius: 0.3)
    }
    let hardened = try error {
      $0.attack = .fgsmLinf
      $0.attackRadius = 0.3
    }
    #expect(try hardened < error { _ in })
  }
}
