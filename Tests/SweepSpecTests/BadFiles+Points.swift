extension BadFile {
  /// Files whose values are fine one by one, but make no points.
  static let points: [BadFile] = [
    BadFile(
      "zip of different lengths",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        zip:
          - {kernel: [3, 5], stride: [1, 2, 3]}
          - [1]
        """,
      messages:
        """
        7:30: zip[0].stride: a list of 3 is walked together with kernel, which has 2, expected \
        lists of one length
        8:5: zip[1]: found a list, expected a mapping of lists (kernel: [3, 5], stride: [2, 1])
        """),
    BadFile(
      "an exclusion that names what does not vary",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        exclude:
          - {family: chain, width: 8}
          - {widht: 8}
          - {width: eight}
          - {weights: {init: he}}
        weights: {init: he}
        """,
      messages:
        """
        7:6: exclude[0].family: 'family' does not vary in grid or zip, expected width
        8:6: exclude[1].widht: unknown key 'widht', expected one of \
        \(axes), network, seed, weights; did you mean 'width'?
        9:13: exclude[2].width: found 'eight', expected a whole number of at least 1
        10:6: exclude[3].weights: 'weights' does not vary in grid or zip, expected width
        """),
    BadFile(
      "a rule that leads to widths without end",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 1, width: 16}
        grid: {stage_count: [4, 40]}
        """,
      messages:
        """
        5:25: stage_count: the point {stage_count: 40} is impossible: stage 27 is 1073741824 wide, \
        expected at most 999999999
        """),
    BadFile(
      "exclude without a grid",
      grid:
        """
        include:
          - {family: chain, input: {channels: 1, size: 1}, stages: [{widths: [3]}]}
        exclude:
          - {width: 3}
        """,
      messages:
        """
        6:1: exclude: 'exclude' has no grid to apply to, expected a grid or a zip to exclude from
        7:6: exclude[0].width: 'width' does not vary in grid or zip, expected a grid
        """),
    BadFile(
      "incomplete points",
      grid:
        """
        include:
          - {family: chain, input: {channels: 1}, width: 8}
          - {input: {channels: 1, size: 1}, stages: [{kernel: 3}]}
          - {family: chain, input: {channels: 1, size: 1}, width: [8, 16], stage_depth: 1}
        """,
      messages:
        """
        5:5: include[0]: 'input.size' is not given, expected it in the item, which inherits seed \
        and weights only
        5:5: include[0]: 'stage_depth' is not given, expected it, or stages, in the item, which \
        inherits seed and weights only
        6:5: include[1]: 'family' is not given, expected it in the item, which inherits seed and \
        weights only
        6:46: include[1].stages[0]: a stage has no widths, expected widths: [...]
        7:59: include[2].width: found a list, expected one value; what varies stands in grid
        """),
    BadFile(
      "an incomplete grid",
      grid:
        """
        grid: {width: [8]}
        """,
      messages:
        """
        4:1: grid: 'family' is not given, expected it under architecture, grid or zip
        4:1: grid: 'input.channels' is not given, expected it under architecture, grid or zip
        4:1: grid: 'input.size' is not given, expected it under architecture, grid or zip
        4:1: grid: 'stage_depth' is not given, expected it, or stages, under architecture, grid \
        or zip
        """),
    BadFile(
      "stages and a rule",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [8]}]}
        grid: {kernel: [3, 5], width: [8]}
        """,
      messages:
        """
        5:24: grid: stages are given one by one and by a rule (width, kernel), expected one of \
        the two
        """),
    BadFile(
      "no points",
      grid:
        """
        architecture: {family: chain}
        """,
      messages:
        """
        4:1: architecture: 'architecture' has no grid to apply to, expected a grid or a zip, \
        which one value is enough for; points of include are whole
        """),
    BadFile(
      "all points excluded",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        exclude: [{width: 8}]
        """,
      messages:
        """
        6:11: exclude: no point is left, expected at least one
        """),
    BadFile(
      "unequal widths joined by a skip",
      grid:
        """
        architecture: {input: {channels: 1, size: 8}}
        grid:
          family: [chain, residual]
          stages:
            - [{widths: [8, 8, 8]}]
            - [{widths: [8, 8, 4]}]
          seed: [1, 2]
        """,
      messages:
        """
        9:7: stages: the point {family: residual, stages: [{widths: [8, 8, 4]}], seed: 1} and 1 \
        more are impossible: a skip joins layer 1 of width 8 and layer 3 of width 4, expected \
        equal widths
        """),
    BadFile(
      "residual synthesis",
      grid:
        """
        architecture: {input: {channels: 1, size: 8}, stage_depth: 3}
        grid: {family: [chain, residual], form: [synthesis, analysis], width: [8, 16]}
        """,
      messages:
        """
        5:42: form: the point {family: residual, form: synthesis, width: 8} and 1 more are \
        impossible: the synthesis form is not defined for residual networks, expected form: \
        analysis
        """),
    BadFile(
      "an impossible included point",
      grid:
        """
        include:
          - {family: residual, input: {channels: 1, size: 1}, stages: [{widths: [3, 3, 4]}], \
        skip_length: 1}
        """,
      messages:
        """
        5:63: include[0].stages: the point is impossible: a skip joins layer 2 of width 3 and \
        layer 3 of width 4, expected equal widths
        """),
    BadFile(
      "too many layers",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_count: 2, stage_depth: \
        6000}
        grid: {width: [8]}
        """,
      messages:
        """
        4:91: stage_depth: the point {width: 8} is impossible: the network has 12000 layers, \
        expected at most 10000
        """),
    BadFile(
      "too large a network",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 10}
        grid: {width: [8, 900000000], seed: [1, 2]}
        """,
      messages:
        """
        5:19: width: the point {width: 900000000, seed: 1} and 1 more are impossible: the \
        network's counts do not fit 64-bit integers, expected a smaller one
        """),
    BadFile(
      "a width that vanishes",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 1, widen: 0.1, \
        stage_count: 3}
        grid: {width: [8, 200]}
        """,
      messages:
        """
        4:85: widen: the point {width: 8} is impossible: layer 1 of stage 3 has width 0, expected \
        at least 1
        """),
    BadFile(
      "a huge plan",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: {range: [1, 100000]}, seed: {range: [1, 100000]}}
        """,
      messages:
        """
        5:1: grid: the axes give 100000 × 100000 points, expected at most 2147483647 points
        """),
  ]
}
