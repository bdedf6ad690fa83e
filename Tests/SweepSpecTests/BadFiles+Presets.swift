import Architectures

extension BadFile {
  /// Files whose presets are unknown, impossible or contradicted.
  static let presets: [BadFile] = [
    BadFile(
      "unknown presets",
      grid:
        """
        grid: {preset: [vgg16, resnet20, alexnet]}
        """,
      messages: [
        ("4:17: grid.preset[0]: found 'vgg16'", "; did you mean 'vgg_16'?"),
        ("4:24: grid.preset[1]: found 'resnet20'", "; did you mean 'cifar_resnet_20'?"),
        ("4:34: grid.preset[2]: found 'alexnet'", ""),
      ].map { found, suggestion in
        found + ", expected one of " + Preset.allCases.map(\.name).joined(separator: ", ")
          + suggestion
      }.joined(separator: "\n")),
    BadFile(
      "options out of range",
      grid:
        """
        architecture: {preset: nats_bench_size}
        grid: {preset_index: [0, 32768]}
        include: [{preset: wide_resnet_28, preset_widen: 0}]
        """,
      messages:
        """
        5:26: grid.preset_index[1]: 32768 is too large, expected a whole number from 0 to 32767
        6:50: include[0].preset_widen: 0 is too small, expected a whole number from 1 to 10000
        """),
    BadFile(
      "all of no search space",
      grid:
        """
        grid: {preset: [nas_bench_macro, nas_bench_201], preset_index: all}
        """,
      messages:
        """
        4:64: grid.preset_index: all are those of one search space, and none is named, expected \
        preset: one of nats_bench_size, nas_bench_macro, nas_bench_201 in architecture
        """),
    BadFile(
      "an index that is no list",
      grid:
        """
        architecture: {preset: nats_bench_size}
        grid: {preset_index: every}
        """,
      messages:
        """
        5:22: grid.preset_index: found 'every', expected a list, or a generator (range: [a, b] \
        with step: s, linspace: [a, b, n], logspace: [a, b, n], powers_of_two: [a, b]), or all
        """),
    BadFile(
      "a preset and stages",
      grid:
        """
        architecture: {preset: vgg_11, family: chain}
        grid: {width: [8, 16]}
        include: [{preset: vgg_11, stages: [{widths: [8]}]}]
        """,
      messages:
        """
        4:32: grid: a network is given by a preset and by family, width, expected one of the two; \
        input, form, normalization, activation and other options alone can be given besides a preset
        6:28: include[0]: a network is given by a preset and by stages, expected one of the two; \
        input, form, normalization, activation and other options alone can be given besides a preset
        """),
    BadFile(
      "options that presets do not have",
      grid:
        """
        grid: {preset: [vgg_11, wide_resnet_28], preset_index: [1, 2]}
        include: [{preset: vgg_13, preset_blocks: 3}]
        """,
      messages:
        """
        4:42: grid.preset_index: none of wide_resnet_28, vgg_11 has a preset_index, expected \
        preset_widen, or one of nats_bench_size, nas_bench_macro, nas_bench_201 as the preset
        5:28: include[0].preset_blocks: vgg_13 has no preset_blocks, expected no option, or \
        hourglass_mlp as the preset
        """),
    BadFile(
      "an option without a preset",
      grid:
        """
        architecture: {preset_widen: 2}
        grid: {width: [8, 16]}
        """,
      messages:
        """
        4:16: architecture.preset_widen: 'preset_widen' is an option of presets, and none is \
        given, expected preset, or no option of one
        """),
    BadFile(
      "an impossible form",
      grid:
        """
        grid: {preset: [vgg_11, resnet_18, resnet_34], form: [analysis, synthesis]}
        """,
      messages:
        """
        4:65: form: the point {preset: resnet_18, form: synthesis} and 1 more are impossible: the \
        synthesis form is not defined for residual networks, expected form: analysis
        """),
    BadFile(
      "a network that is too large",
      grid:
        """
        include:
          - {preset: wide_resnet_28, preset_widen: 10000, input: {size: 99999}}
        """,
      messages:
        """
        5:44: include[0].preset_widen: the point is impossible: the network's counts do not fit \
        64-bit integers, expected a smaller one
        """),
  ]
}
