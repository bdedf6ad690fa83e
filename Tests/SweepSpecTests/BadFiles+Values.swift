extension BadFile {
  /// Files with values that are none.
  static let values: [BadFile] = [
    BadFile(
      "unknown names",
      grid:
        """
        architecture: {form: sintesis, input: {channels: 1, size: 8}, stage_depth: 2, shortcut: \
        direct}
        grid: {width: [8], family: [chian, residuals, Dense, 3]}
        """,
      messages:
        """
        4:22: architecture.form: found 'sintesis', expected one of synthesis, analysis; did you \
        mean 'synthesis'?
        4:89: architecture.shortcut: found 'direct', expected one of plain, projection, pad
        5:29: grid.family[0]: found 'chian', expected one of chain, residual, dense, transformer, mixer, convnext; did you mean \
        'chain'?
        5:36: grid.family[1]: found 'residuals', expected one of chain, residual, dense, transformer, mixer, convnext; did you \
        mean 'residual'?
        5:47: grid.family[2]: found 'Dense', expected one of chain, residual, dense, transformer, mixer, convnext; did you mean \
        'dense'?
        5:54: grid.family[3]: found '3', expected one of chain, residual, dense, transformer, mixer, convnext
        """),
    BadFile(
      "wrong types",
      grid:
        """
        architecture: {family: chain, input: 8, stage_depth: two}
        grid: {width: [8.5, "16", [1], -3, 0, true], stage_count: 2, kernel: {a: 1}, growth: }
        """,
      messages:
        """
        4:38: architecture.input: found '8', expected a shape ({channels: 3, size: 32})
        4:54: architecture.stage_depth: found 'two', expected a whole number from 1 to 10000
        5:16: grid.width[0]: found '8.5', expected a whole number of at least 1
        5:21: grid.width[1]: found the text "16", expected a whole number of at least 1
        5:27: grid.width[2]: found a list, expected a whole number of at least 1
        5:32: grid.width[3]: -3 is too small, expected a whole number from 1 to 999999999
        5:36: grid.width[4]: 0 is too small, expected a whole number from 1 to 999999999
        5:39: grid.width[5]: found 'true', expected a whole number of at least 1
        5:59: grid.stage_count: found '2', expected a list, or a generator (range: [a, b] with \
        step: s, linspace: [a, b, n], logspace: [a, b, n], powers_of_two: [a, b])
        5:71: grid.kernel.a: unknown key 'a', expected one of range, step, linspace, logspace, \
        powers_of_two
        5:86: grid.growth: found nothing, expected a list, or a generator (range: [a, b] with \
        step: s, linspace: [a, b, n], logspace: [a, b, n], powers_of_two: [a, b])
        """),
    BadFile(
      "bad numbers",
      grid:
        """
        architecture: {family: chain, input: {channels: .nan, size: 8}, stage_depth: 2, widen: \
        .inf}
        grid: {width: [99999999999999999999, 1e400, 010, 1_000, 3000000000], seed: \
        [9223372036854775808, -1]}
        """,
      messages:
        """
        4:49: architecture.input.channels: '.nan' is not finite, expected a whole number of at \
        least 1
        4:88: architecture.widen: '.inf' is not finite, expected a number above 0
        5:16: grid.width[0]: '99999999999999999999' does not fit 64 bits, expected a whole number \
        of at least 1
        5:38: grid.width[1]: '1e400' does not fit 64 bits, expected a whole number of at least 1
        5:45: grid.width[2]: found '010', expected a whole number of at least 1
        5:50: grid.width[3]: found '1_000', expected a whole number of at least 1
        5:57: grid.width[4]: 3000000000 is too large, expected a whole number from 1 to 999999999
        5:77: grid.seed[0]: '9223372036854775808' does not fit 64 bits, expected a whole number \
        that fits 64 bits
        """),
    BadFile(
      "even kernels",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8], kernel: [1, 2, 3, 4]}
        """,
      messages:
        """
        5:32: grid.kernel[1]: 2 is even, expected an odd number (1, 3, 5, …)
        5:38: grid.kernel[3]: 4 is even, expected an odd number (1, 3, 5, …)
        """),
    BadFile(
      "empty axes",
      grid:
        """
        architecture: {}
        grid: {width: [], family: [chain]}
        zip: []
        """,
      messages:
        """
        4:15: architecture: found an empty mapping, expected a mapping of what does not vary \
        (input, stage_count, …)
        5:1: grid: 'input.channels' is not given, expected it under architecture, grid or zip
        5:1: grid: 'input.size' is not given, expected it under architecture, grid or zip
        5:1: grid: 'stage_depth' is not given, expected it, or stages, under architecture, grid \
        or zip
        5:15: grid.width: the axis is empty, expected at least one value
        6:6: zip: found an empty list, expected a list of mappings (- {kernel: [3, 5], stride: \
        [2, 1]})
        """),
    BadFile(
      "a list in architecture",
      grid:
        """
        architecture: {family: [chain, dense], input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: 8}
        """,
      messages:
        """
        4:24: architecture.family: found a list, expected one value; what varies stands in grid
        5:15: grid.width: found '8', expected a list, or a generator (range: [a, b] with step: s, \
        linspace: [a, b, n], logspace: [a, b, n], powers_of_two: [a, b])
        """),
    BadFile(
      "generators",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: {range: [1, 3]}}
        grid:
          width: {range: [8, 4]}
          kernel: {range: [1, 5], step: 1}
          stride: {linspace: [1, 2]}
          stage_count: {powersoftwo: [1, 2]}
          seed: {logspace: [0, 10, 3]}
          growth: {powers_of_two: [5, 7]}
          skip_length: {linspace: [1, 2, 2], step: 1}
          family: {range: [1, 2]}
          widen: {range: [1, 2], linspace: [1, 2, 3]}
        """,
      messages:
        """
        4:75: architecture.stage_depth: found a mapping, expected a whole number from 1 to 10000
        6:18: grid.width.range: steps of 1.0 do not lead from 8.0 to 4.0, expected a step below 0
        7:11: grid.kernel: 2 is even, expected an odd number (1, 3, 5, …)
        8:22: grid.stride.linspace: found a list, expected [first, last, count]
        9:17: grid.stage_count.powersoftwo: unknown key 'powersoftwo', expected one of range, \
        step, linspace, logspace, powers_of_two; did you mean 'powers_of_two'?
        10:20: grid.seed.logspace: an end is not positive, expected ends above 0
        11:11: grid.growth: the generator gives no value, expected at least one
        12:38: grid.skip_length.step: linspace has no step, expected it with range
        13:3: grid.family: 'family' is given already by architecture.family at 4:16, expected it \
        once
        13:11: grid.family: found a mapping, expected a list, because family is not a number
        14:10: grid.widen: found range, linspace together, expected one generator
        """),
    BadFile(
      "more generators",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: {linspace: [1, x, 3]}, seed: {range: [1, 1e9]}, kernel: {linspace: [1, 2, \
        1]}, stride: {range: [1, 2], step: 0}, widen: {linspace: [-1, 1, 3]}, growth: {logspace: \
        [1, 1e300, 3]}}
        """,
      messages:
        """
        5:30: grid.width.linspace[1]: found 'x', expected a number
        5:44: grid.seed: the generator gives too many values, expected at most 10000000
        5:89: grid.kernel.linspace[2]: 1 is too small, expected a whole number from 2 to 10000000
        5:124: grid.stride.step: steps of 0.0 do not lead from 1.0 to 2.0, expected a step above 0
        5:135: grid.widen: -1.0 is out of range, expected a number above 0, up to 1e6
        5:167: grid.growth: 1e+150 does not fit 64 bits, expected smaller values
        """),
    BadFile(
      "steps that leave no whole numbers",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2, width: 4}
        grid: {seed: {range: [100000000000001, 100000000000005], step: 0.5}}
        """,
      messages:
        """
        5:14: grid.seed: steps between numbers above 1e13 are no whole numbers, expected whole \
        ends and a whole step
        """),
    BadFile(
      "widths below 1",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 1}
        grid: {width: [0, -1]}
        """,
      messages:
        """
        5:16: grid.width[0]: 0 is too small, expected a whole number from 1 to 999999999
        5:19: grid.width[1]: -1 is too small, expected a whole number from 1 to 999999999
        """),
    BadFile(
      "input as lists",
      grid:
        """
        architecture: {family: chain, stage_depth: 2, width: 8, input: {size: 3}}
        grid: {input: [{channels: 1}, {size: 3}, 5]}
        """,
      messages:
        """
        5:42: grid.input[2]: found '5', expected a shape ({channels: 3, size: 32})
        """),
    BadFile(
      "stages",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}}
        grid: {stages: [[{widths: [8, 0], kernel: 2}], {widths: [8]}, []]}
        """,
      messages:
        """
        5:31: grid.stages[0][0].widths[1]: 0 is too small, expected a whole number from 1 to \
        999999999
        5:43: grid.stages[0][0].kernel: 2 is even, expected an odd number (1, 3, 5, …)
        5:48: grid.stages[1]: found a mapping, expected a list of stages ({widths: [8, 8], \
        kernel: 3, stride: 1})
        5:63: grid.stages[2]: found an empty list, expected a list of stages ({widths: [8, 8], \
        kernel: 3, stride: 1})
        """),
  ]
}
