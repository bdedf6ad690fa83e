extension BadFile {
  /// The keys of axes that stand in `architecture` too.
  static let axes =
    "family, form, shortcut, input, stages, stage_depth, width, stage_count, widen, kernel, stride, "
    + "growth, compression, blocks, skip_length, first_kernel, normalization, norm_groups, "
    + "normalization_statistics, activation, block, expansion, squeeze, groups, choices, cell, "
    + "stem, stem_width, pooling, "
    + "classifier_width, patch, heads, mlp_ratio, class_token, token_width, channel_width, "
    + "branch_scale, preset, preset_index, preset_widen, preset_growth, "
    + "preset_wide, preset_narrow, preset_blocks, inference_sweeps"

  /// Files with keys that are missing, unknown, misplaced or given twice.
  static let keys: [BadFile] = [
    BadFile(
      "nothing but the format",
      text:
        """
        format: 1

        """,
      messages:
        """
        1:1: 'measure' is missing, expected measure: {frame: {…}}
        1:1: 'name' is missing, expected name: my-sweep
        1:1: the sweep has no points, expected grid, include or both
        """),
    BadFile(
      "another format",
      text:
        """
        format: 2
        name: x
        measure: {frame: {minimum: true}}
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        """,
      messages:
        """
        1:9: format: this version of framesweep does not read format '2', expected 1
        """),
    BadFile(
      "a wordy format",
      text:
        """
        format: one
        name: [x]
        measure: yes
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        """,
      messages:
        """
        1:9: format: this version of framesweep does not read format 'one', expected 1
        2:7: name: found a list, expected a name on one line
        3:10: measure: found 'yes', expected what is measured (frame: {minimum: true, statistics: \
        true, bounds: false})
        """),
    BadFile(
      "unknown keys",
      text:
        """
        format: 1
        nmae: x
        mesure: {frame: {minimum: true}}
        gird: {widht: [8]}

        """,
      messages:
        """
        2:1: nmae: unknown key 'nmae', expected one of format, name, seed, architecture, grid, \
        zip, exclude, include, weights, measure; did you mean 'name'?
        3:1: mesure: unknown key 'mesure', expected one of format, name, seed, architecture, \
        grid, zip, exclude, include, weights, measure; did you mean 'measure'?
        4:1: gird: unknown key 'gird', expected one of format, name, seed, architecture, grid, \
        zip, exclude, include, weights, measure; did you mean 'grid'?
        """),
    BadFile(
      "unknown axes",
      grid:
        """
        architecture: {familly: chain, input: {chanels: 1, size: 8}}
        grid: {widht: [8], stage-depth: [2], color: [red]}
        """,
      messages:
        """
        4:16: architecture.familly: unknown key 'familly', expected one of \
        \(axes), network; did you mean 'family'?
        4:40: architecture.input.chanels: unknown key 'chanels', expected one of channels, size; \
        did you mean 'channels'?
        5:8: grid.widht: unknown key 'widht', expected one of \
        \(axes), network, seed, weights; did you mean 'width'?
        5:20: grid.stage-depth: unknown key 'stage-depth', expected one of \
        \(axes), network, seed, weights; did you mean 'stage_depth'?
        5:38: grid.color: unknown key 'color', expected one of \
        \(axes), network, seed, weights
        """),
    BadFile(
      "misplaced keys",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        kernel: 3
        minimum: true
        draws: 3
        """,
      messages:
        """
        6:1: kernel: 'kernel' does not belong here, expected it under architecture, grid, zip or \
        include
        7:1: minimum: 'minimum' does not belong here, expected it under measure.frame
        8:1: draws: 'draws' does not belong here, expected it under weights
        """),
    BadFile(
      "misplaced keys below",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2, seed: 3, \
        grid: {}}
        grid: {width: [8], measure: [1]}
        """,
      messages:
        """
        4:78: architecture.seed: 'seed' does not belong here, expected it beside architecture, or \
        in grid, zip or include
        4:87: architecture.grid: 'grid' does not belong here, expected it at the top level
        5:20: grid.measure: 'measure' does not belong here, expected it at the top level
        """),
    BadFile(
      "depth",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}}
        grid: {width: [8], depth: [3, 5]}
        """,
      messages:
        """
        5:20: grid.depth: 'depth' is not read, because papers count all layers of a network by it \
        (the column layer_count), expected stage_depth (layers per stage) and stage_count \
        (stages), whose product it is
        """),
    BadFile(
      "what is not available",
      text:
        """
        format: 1
        name: x
        measure: {frame: {minimum: true}, trained: {epochs: 3}}
        weights: {trained: true, init: he}
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8], radius: [1], attack: [1]}

        """,
      messages:
        """
        3:35: measure.trained: 'trained' is not read here, expected train under measure
        4:11: weights.trained: 'trained' is not read here, expected train under measure
        6:20: grid.radius: 'radius' is not read here, expected radii under measure.robustness
        6:33: grid.attack: 'attack' is not read here, expected attacks under measure.robustness
        """),
    BadFile(
      "weights",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        weights: {init: xavi, draws: 0}
        include:
          - {preset: vgg_11, weights: {init: normal, bias_variance: -1}}
          - {preset: vgg_11, weights: {init: xavier, weight_variance: 1}}
          - {preset: vgg_11, weights: {weight_variance: 1}}
          - {preset: vgg_11, weights: {file: a.h5, bias_variance: 1}}
        """,
      messages:
        """
        6:17: weights.init: found 'xavi', expected one of he, xavier, lecun, orthogonal, normal; \
        did you mean 'xavier'?
        6:30: weights.draws: 0 is too small, expected a whole number from 1 to 1000000
        8:38: include[0].weights.init: 'weight_variance' is missing, expected the variance of \
        weights times their inputs ({init: normal, weight_variance: 2})
        8:61: include[0].weights.bias_variance: -1.0 is out of range, expected a number from 0.0 \
        to 1000000.0
        9:46: include[1].weights.weight_variance: init: xavier has variances of its own, expected \
        it with init: normal or init: orthogonal only
        10:31: include[2].weights: weights have no source, expected init: he, or a file
        11:44: include[3].weights: weights come from a file, and bias_variance is about random \
        ones, expected one of file and init
        """),
    BadFile(
      "weights without a source",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        weights: {draws: 2}
        """,
      messages:
        """
        6:10: weights: weights have no source, expected init: he, or a file
        """),
    BadFile(
      "weights given twice",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        zip: [{weights: [{init: he}, {init: he, draws: 2}]}]
        weights: {init: he}
        """,
      messages:
        """
        7:1: weights: 'weights' is given already by zip[0].weights at 6:8, expected it once
        """),
    BadFile(
      "weights missing in an item",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8], weights: [{init: he}]}
        include: [{family: chain, input: {channels: 1, size: 1}, stages: [{widths: [3]}]}]
        """,
      messages:
        """
        6:11: include[0]: 'weights' are not given, and those of the grid vary, expected them in \
        the item
        """),
    BadFile(
      "measure",
      text:
        """
        format: 1
        name: x
        measure: {frame: {minimun: true, bounds: 1}}
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        """,
      messages:
        """
        3:19: measure.frame.minimun: unknown key 'minimun', expected one of minimum, statistics, \
        bounds, layer_coherence; did you mean 'minimum'?
        3:42: measure.frame.bounds: found '1', expected true or false
        """),
    BadFile(
      "nothing measured",
      text:
        """
        format: 1
        name: x
        measure: {frame: {}}
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        """,
      messages:
        """
        3:18: measure.frame: found an empty mapping, expected {minimum: true, statistics: true, \
        bounds: false} or a part of it
        """),
  ]
}
