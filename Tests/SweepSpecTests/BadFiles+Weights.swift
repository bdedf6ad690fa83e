extension BadFile {
  /// Files whose sources of weights say too little, too much, or nothing that a point has.
  static let weights: [BadFile] = [
    BadFile(
      "state dicts",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid:
          width: [8]
          weights:
            - {safetensors: a, init: he}
            - {safetensors: a, file: b}
            - {safetensors: a, group: /b}
            - {safetensors: a, shortcuts: pad}
            - {file: a, shortcuts: padded}
        """,
      messages:
        """
        8:24: grid.weights[0]: weights come from a file, and init is about random ones, expected \
        one of safetensors and init
        9:24: grid.weights[1]: file and safetensors are given together, expected one of them
        10:24: grid.weights[2].group: the group has no file, expected file
        11:35: grid.weights[3].shortcuts: found 'pad', expected one of projected, padded
        12:17: grid.weights[4].shortcuts: it says what a state dict leaves out, expected it with \
        safetensors only
        """),
    BadFile(
      "sources of weights",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid:
          width: [8]
          weights:
            - {file: a.h5, init: he}
            - {file: a.h5, draws: 4}
            - {group: /b}
            - {draws: 4}
            - {file: [a.h5]}
            - {file: "nets/{widht}.h5"}
            - {file: "nets/{input.size}.h5"}
            - {file: "nets/width}.h5"}
        """,
      messages:
        """
        8:20: grid.weights[0]: weights come from a file, and init is about random ones, expected \
        one of file and init
        9:20: grid.weights[1]: weights come from a file, and draws is about random ones, expected \
        one of file and init
        10:8: grid.weights[2].group: the group has no file, expected file
        11:7: grid.weights[3]: weights have no source, expected init: he, or a file
        12:14: grid.weights[4].file: found a list, expected a path on one line, in quotes \
        ("nets/{width}.h5")
        13:14: grid.weights[5].file: there is no placeholder '{widht}', expected one of \
        \(placeholders); did you mean 'width'?
        14:14: grid.weights[6].file: there is no placeholder '{input.size}', expected one of \
        \(placeholders); did you mean 'input_size'?
        15:14: grid.weights[7].file: a brace of 'nets/width}.h5' has no partner, expected braces \
        around the name of a column only ({width})
        """),
    BadFile(
      "placeholders without a value",
      grid:
        """
        grid: {family: [chain], input: [{channels: 2, size: 1}], stages: [[{widths: [3, 4]}]]}
        weights: {file: nets/{stage_depth}-{growth}.h5, group: /a}
        include:
          - {preset: vgg_11, weights: {file: "{preset}-{preset_widen}.h5"}}
        """,
      messages:
        """
        5:10: weights: the point {family: chain, input.channels: 2, input.size: 1, stages: \
        [{widths: [3, 4]}]} is impossible: it has no growth for nets/{stage_depth}-{growth}.h5:/a, \
        expected a file name without {growth}
        7:31: include[0].weights: the point is impossible: it has no preset_widen for \
        {preset}-{preset_widen}.h5, expected a file name without {preset_widen}
        """),
  ]

  private static let placeholders =
    "name, family, form, shortcut, preset, stage_depth, width, stage_count, widen, kernel, stride, "
    + "growth, compression, blocks, skip_length, first_kernel, normalization, norm_groups, "
    + "normalization_statistics, activation, block, expansion, squeeze, groups, choices, cell, "
    + "stem, stem_width, pooling, "
    + "classifier_width, patch, heads, mlp_ratio, class_token, token_width, channel_width, "
    + "input_channels, input_size, branch_scale, layer_count, preset_index, "
    + "preset_widen, preset_growth, preset_wide, preset_narrow, preset_blocks, inference_sweeps, seed"
}
