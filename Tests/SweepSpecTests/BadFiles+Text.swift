extension BadFile {
  /// Files that are no YAML, or more than a sweep needs of it.
  static let text: [BadFile] = [
    BadFile(
      "an empty file",
      text:
        """

        """,
      messages:
        """
        1:1: the file is empty, expected a sweep
        """),
    BadFile(
      "a list",
      text:
        """
        - 1
        """,
      messages:
        """
        1:1: found a list, expected a mapping with format, name, grid, measure, …
        """),
    BadFile(
      "an open bracket",
      grid:
        """
        grid: {width: [8, 16
        """,
      messages:
        """
        5:1: this is not YAML: while parsing a flow sequence at 4:15: did not find expected ',' or \
        ']'
        """),
    BadFile(
      "a tab",
      text:
        """
        format: 1
        \tname: x

        """,
      messages:
        """
        2:1: a tab indents this line, and YAML knows spaces only, expected spaces
        """),
    BadFile(
      "a tab that begins a mapping",
      grid:
        """
        grid:
        \twidth: [8]
        """,
      messages:
        """
        5:1: a tab indents this line, and YAML knows spaces only, expected spaces
        """),
    BadFile(
      "a tab behind spaces",
      grid:
        """
        grid:
          width: [8]
          \tkernel: [3]
        """,
      messages:
        """
        6:3: a tab indents this line, and YAML knows spaces only, expected spaces
        """),
    BadFile(
      "a sign that begins no value",
      text:
        """
        format: 1
        name: @x
        """,
      messages:
        """
        2:7: this is not YAML: '@' begins a value, expected the value in quotes
        """),
    BadFile(
      "two documents",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        ---
        format: 1
        """,
      messages:
        """
        6:1: this is not YAML: expected a single document in the stream at 1:1: but found another \
        document
        """),
    BadFile(
      "an unknown alias",
      grid:
        """
        grid: {width: *all}
        """,
      messages:
        """
        4:15: this is not YAML: found undefined alias
        """),
    BadFile(
      "a control character",
      text:
        """
        format: 1
        name: \u{1}

        """,
      messages:
        """
        2:7: this is not YAML: control characters are not allowed
        """),
    BadFile(
      "duplicate keys",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        name: again
        "name": thrice
        """,
      messages:
        """
        6:1: name: the key is given twice, already at 2:1, expected it once
        7:1: name: the key is given twice, already at 2:1, expected it once
        """),
    BadFile(
      "duplicate nested keys",
      grid:
        """
        grid:
          width: [8]
          family: [chain]
          width: [16]
        architecture: {input: {channels: 1, size: 8, size: 9}, stage_depth: 2}
        """,
      messages:
        """
        7:3: grid.width: the key is given twice, already at 5:3, expected it once
        8:46: architecture.input.size: the key is given twice, already at 8:37, expected it once
        """),
    BadFile(
      "a key in architecture and grid",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        zip:
          - {width: [4, 8], stage_depth: [1, 2]}
        """,
      messages:
        """
        7:6: zip[0].width: 'width' is given already by grid.width at 5:8, expected it once
        7:21: zip[0].stage_depth: 'stage_depth' is given already by architecture.stage_depth at \
        4:62, expected it once
        """),
    BadFile(
      "merge keys",
      grid:
        """
        architecture: &a {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {<<: *a, width: [8]}
        """,
      messages:
        """
        5:8: grid.<<: merge keys are not read, expected the keys themselves
        """),
    BadFile(
      "multiplying aliases",
      text:
        """
        a: &a [1,1,1,1,1,1,1,1,1,1]
        b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
        c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
        d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
        e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
        f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]
        g: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]

        """,
      messages:
        """
        1:24: g[2][4][8][8][8][8][8]: the file has too many or too deeply nested values once its \
        aliases are written out, expected at most 4000000 values, 32 levels deep
        """),
    BadFile(
      "a list as a key",
      grid:
        """
        architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
        grid: {width: [8]}
        [1, 2]: 3
        """,
      messages:
        """
        6:1: a key is a list or a mapping, expected a name
        """),
  ]
}
