import ONNX
import TestSupport
import Testing

@Suite("Operators of ONNX") struct OperatorTests {
  /// Values by a correlation written out: one image of channels × height × width.
  private func correlation(
    _ image: [Double], _ sides: (c: Int, h: Int, w: Int), _ weight: [Float],
    _ kernel: (k: Int, d: Int, h: Int, w: Int), pads: [Int], stride: [Int], dilation: [Int],
    groups: Int
  ) -> [Double] {
    let reach = [dilation[0] * (kernel.h - 1) + 1, dilation[1] * (kernel.w - 1) + 1]
    let height = (sides.h + pads[0] + pads[2] - reach[0]) / stride[0] + 1
    let width = (sides.w + pads[1] + pads[3] - reach[1]) / stride[1] + 1
    var result: [Double] = []
    for k in 0..<kernel.k {
      for row in 0..<height {
        for column in 0..<width {
          var sum = 0.0
          for d in 0..<kernel.d {
            let channel = k / (kernel.k / groups) * kernel.d + d
            for i in 0..<kernel.h {
              for j in 0..<kernel.w {
                let y = row * stride[0] - pads[0] + i * dilation[0]
                let x = column * stride[1] - pads[1] + j * dilation[1]
                guard (0..<sides.h).contains(y), (0..<sides.w).contains(x) else { continue }
                sum +=
                  image[(channel * sides.h + y) * sides.w + x]
                  * Double(weight[((k * kernel.d + d) * kernel.h + i) * kernel.w + j])
              }
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  @Test("Convolutions have strides, dilations, groups, and padding on unequal sides")
  func convolution() throws {
    let image = numbers(4 * 7 * 5)
    let weight = numbers(6 * 2 * 3 * 2, seed: 2).map { Float($0) }
    for (pads, stride, dilation) in [
      ([0, 0, 0, 0], [1, 1], [1, 1]), ([1, 0, 2, 1], [2, 1], [1, 1]),
      ([0, 2, 1, 0], [1, 2], [2, 3]),
    ] {
      var file = ONNXBuilder(input: [1, 4, 7, 5])
      file.weights("w", [6, 2, 3, 2], weight)
      file.node(
        "Conv", ["x", "w"], ["y"],
        [
          "pads": .integers(pads), "strides": .integers(stride),
          "dilations": .integers(dilation), "group": .integer(2),
        ])
      let expected = correlation(
        image, (4, 7, 5), weight, (6, 2, 3, 2), pads: pads, stride: stride, dilation: dilation,
        groups: 2)
      let found = try outputs(of: file.network(), image)
      #expect(areClose(found, expected, relative: 1e-12, absolute: 1e-12))
    }
  }

  @Test("auto_pad puts the odd zero behind (SAME_UPPER) or in front (SAME_LOWER)")
  func automaticPadding() throws {
    let image = numbers(5 * 6)
    let weight = numbers(2 * 3, seed: 3).map { Float($0) }
    // Of height 5 with stride 2 and a kernel of 2 one row is missing, of width 6 with 1 and 3 two.
    for (mode, pads) in [
      ("SAME_UPPER", [0, 1, 1, 1]), ("SAME_LOWER", [1, 1, 0, 1]), ("VALID", [0, 0, 0, 0]),
    ] {
      var file = ONNXBuilder(input: [1, 1, 5, 6])
      file.weights("w", [1, 1, 2, 3], weight)
      file.node(
        "Conv", ["x", "w"], ["y"], ["auto_pad": .text(mode), "strides": .integers([2, 1])])
      let expected = correlation(
        image, (1, 5, 6), weight, (1, 1, 2, 3), pads: pads, stride: [2, 1], dilation: [1, 1],
        groups: 1)
      #expect(
        areClose(try outputs(of: file.network(), image), expected, relative: 1e-12, absolute: 1e-12)
      )
    }
  }

  @Test("Signals of one dimension are convolved and pooled")
  func signals() throws {
    var file = ONNXBuilder(input: [1, 1, 5])
    file.weights("w", [1, 1, 2], [1, 10])
    file.node("Conv", ["x", "w"], ["c"])
    file.node("MaxPool", ["c"], ["y"], ["kernel_shape": .integers([2])])
    #expect(try outputs(of: file.network(), [1, 2, 3, 2, 1]) == [32, 32, 23])
  }

  @Test(
    "The last window of a pooling may reach over the end, and means count what they are told to")
  func pooling() throws {
    // 1 … 5 in a row with a zero in front; windows of 2, two apart, begin at −1, 1 and 3.
    let image = [1.0, 2, 3, 4, 5]
    func pooled(_ name: String, _ settings: [String: ONNXBuilder.Setting]) throws -> [Double] {
      var file = ONNXBuilder(input: [1, 1, 1, 5])
      let base: [String: ONNXBuilder.Setting] = [
        "kernel_shape": .integers([1, 2]), "strides": .integers([1, 2]),
        "pads": .integers([0, 1, 0, 0]),
      ]
      file.node(name, ["x"], ["y"], base.merging(settings) { $1 })
      return try outputs(of: file.network(), image)
    }
    #expect(try pooled("MaxPool", [:]) == [1, 3, 5])
    #expect(try pooled("AveragePool", [:]) == [1, 2.5, 4.5])
    #expect(try pooled("AveragePool", ["count_include_pad": .integer(1)]) == [0.5, 2.5, 4.5])
    let short: [String: ONNXBuilder.Setting] = ["pads": .integers([0, 0, 0, 0])]
    let rounded = short.merging(["ceil_mode": .integer(1)]) { $1 }
    #expect(try pooled("MaxPool", short) == [2, 4])
    #expect(try pooled("MaxPool", rounded) == [2, 4, 5])
    #expect(try pooled("AveragePool", rounded) == [1.5, 3.5, 5])
    #expect(
      try pooled("AveragePool", rounded.merging(["count_include_pad": .integer(1)]) { $1 })
        == [1.5, 3.5, 5])
  }

  @Test("Products have their factors, transposes and broadcasts")
  func products() throws {
    for isTransposed in [false, true] {
      var file = ONNXBuilder(input: [1, 2])
      let matrix: [Float] = isTransposed ? [1, 4, 2, 5, 3, 6] : [1, 2, 3, 4, 5, 6]
      file.weights("w", isTransposed ? [3, 2] : [2, 3], matrix)
      file.weights("b", [3], [10, 20, 30])
      file.node(
        "Gemm", ["x", "w", "b"], ["y"],
        ["alpha": .float(2), "beta": .float(0.5), "transB": .integer(isTransposed ? 1 : 0)])
      // 2 (x W) + b/2 at (1, −1).
      #expect(try outputs(of: file.network(), [1, -1]) == [-1, 4, 9])
    }
    // A constant on the left, and a batch of matrices from the file.
    var left = ONNXBuilder(input: [1, 2, 2])
    left.weights("a", [3, 2], [1, 0, 0, 1, 1, 1])
    left.node("MatMul", ["a", "x"])
    #expect(try outputs(of: left.network(), [1, 2, 3, 4]) == [1, 2, 3, 4, 4, 6])
    var batch = ONNXBuilder(input: [1, 2, 1, 2])
    batch.weights("a", [2, 2, 1], [1, 2, 3, 4])
    batch.node("MatMul", ["x", "a"])
    #expect(try outputs(of: batch.network(), [1, 1, 1, 1]) == [3, 7])
  }

  @Test("Slices count from either end, in steps forwards and backwards")
  func slices() throws {
    for (start, end, step, expected) in [
      (1, 4, 1, [1, 2, 3]), (-2, Int.max, 1, [4, 5]), (0, 6, 2, [0, 2, 4]),
      (-1, Int.min, -1, [5, 4, 3, 2, 1, 0]), (4, 0, -3, [4, 1]), (100, -100, -2, [5, 3, 1]),
    ] as [(Int, Int, Int, [Double])] {
      var file = ONNXBuilder(input: [1, 6])
      for (name, value) in [("s", start), ("e", end), ("a", -1), ("p", step)] {
        file.integers(name, [value])
      }
      file.node("Slice", ["x", "s", "e", "a", "p"])
      #expect(try outputs(of: file.network(), [0, 1, 2, 3, 4, 5]) == expected)
    }
    // As attributes, before operator set 10.
    var old = ONNXBuilder(input: [1, 6])
    old.operatorSet = 9
    old.node(
      "Slice", ["x"], ["y"],
      ["starts": .integers([2]), "ends": .integers([-1]), "axes": .integers([1])])
    #expect(try outputs(of: old.network(), [0, 1, 2, 3, 4, 5]) == [2, 3, 4])
  }

  @Test("Padding adds channels, cuts, and continues images")
  func padding() throws {
    func padded(_ pads: [Int], _ mode: String = "constant") throws -> [Double] {
      var file = ONNXBuilder(input: [1, 1, 1, 3])
      file.integers("p", pads)
      file.weights("v", [], [9])
      file.node("Pad", ["x", "p", "v"], ["y"], ["mode": .text(mode)])
      return try outputs(of: file.network(), [1, 2, 3])
    }
    #expect(try padded([0, 1, 0, 0, 0, 1, 0, 0]) == [9, 9, 9, 1, 2, 3, 9, 9, 9])
    #expect(try padded([0, 0, 0, -1, 0, 0, 0, 2]) == [2, 3, 9, 9])
    #expect(try padded([0, 0, 0, 2, 0, 0, 0, 1], "edge") == [1, 1, 1, 2, 3, 3])
    #expect(try padded([0, 0, 0, 2, 0, 0, 0, 1], "reflect") == [3, 2, 1, 2, 3, 2])
  }

  @Test("Elements are moved as they are told to")
  func arrangements() throws {
    let image = (0..<8).map { Double($0) }
    func moved(
      _ shape: [Int?], _ operatorName: String, _ settings: [String: ONNXBuilder.Setting] = [:],
      indices: [Int]? = nil, outputs names: [String] = ["y"]
    ) throws -> [Double] {
      var file = ONNXBuilder(input: shape)
      if let indices { file.integers("i", indices) }
      file.node(operatorName, indices == nil ? ["x"] : ["x", "i"], names, settings)
      file.outputs = [names[names.count - 1]]
      return try outputs(of: file.network(), image)
    }
    #expect(
      try moved([1, 4, 1, 2], "DepthToSpace", ["blocksize": .integer(2)])
        == [0, 2, 1, 3, 4, 6, 5, 7])
    #expect(
      try moved([1, 2, 2, 2], "SpaceToDepth", ["blocksize": .integer(2)])
        == [0, 4, 1, 5, 2, 6, 3, 7])
    #expect(
      try moved([1, 4, 2], "Gather", ["axis": .integer(1)], indices: [3, 0, 0, -2])
        == [6, 7, 0, 1, 0, 1, 4, 5])
    #expect(
      try moved([1, 2, 4], "Transpose", ["perm": .integers([2, 0, 1])])
        == [0, 4, 1, 5, 2, 6, 3, 7])
    #expect(
      try moved([1, 8], "Split", ["axis": .integer(1)], indices: [3, 5], outputs: ["a", "b"])
        == [3, 4, 5, 6, 7])
    #expect(
      try moved(
        [1, 8], "Split", ["axis": .integer(1), "num_outputs": .integer(3)],
        outputs: ["a", "b", "c"]) == [6, 7])
  }

  @Test("Functions of one number have their parameters")
  func functions() throws {
    func value(
      _ name: String, _ settings: [String: ONNXBuilder.Setting] = [:], at x: Double
    ) throws -> Double {
      var file = ONNXBuilder(input: [1, 1])
      file.operatorSet = name == "Clip" ? 10 : 20
      file.node(name, ["x"], ["y"], settings)
      return try outputs(of: file.network(), [x])[0]
    }
    #expect(try value("Clip", ["min": .float(0), "max": .float(6)], at: 7.5) == 6)
    #expect(try value("Clip", ["min": .float(-1)], at: -2) == -1)
    #expect(try value("LeakyRelu", ["alpha": .float(0.25)], at: -2) == -0.5)
    #expect(try value("HardSigmoid", ["alpha": .float(0.25)], at: 1) == 0.75)
    #expect(
      isClose(try value("Elu", ["alpha": .float(2)], at: -1), -1.2642411176571153, relative: 1e-12))
    #expect(isClose(try value("Gelu", at: 1), 0.8413447460685429, relative: 1e-12))
    #expect(
      isClose(
        try value("Gelu", ["approximate": .text("tanh")], at: 1), 0.8411919906082768,
        relative: 1e-12))
    #expect(isClose(try value("Mish", at: 1), 0.8650983882673103, relative: 1e-12))
    #expect(isClose(try value("HardSwish", at: 1), 2 / 3, relative: 1e-12))
  }

  @Test(
    "Slopes of PRelu belong to channels, with or without axes of pixels",
    arguments: [[2, 1, 1], [2]])
  func slopes(shape: [Int]) throws {
    var file = ONNXBuilder(input: [1, 2, 1, 2])
    file.weights("s", shape, [0.5, 0.25])
    file.node("PRelu", ["x", "s"])
    #expect(try outputs(of: file.network(), [-4, 4, -4, 4]) == [-2, 4, -1, 4])
  }

  @Test("Normalisations are computed by their own statistics")
  func normalizations() throws {
    // Of (0, 2, 4, 10) the pairs have means 1 and 7, deviations 1 and 3; all have mean 4.
    let image = [0.0, 2, 4, 10]
    var group = ONNXBuilder(input: [1, 2, 1, 2])
    group.weights("s", [2], [1, 2])
    group.weights("b", [2], [0, 1])
    group.node("InstanceNormalization", ["x", "s", "b"], ["y"], ["epsilon": .float(0)])
    #expect(try outputs(of: group.network(), image) == [-1, 1, -1, 3])
    var layer = ONNXBuilder(input: [1, 2, 2])
    layer.weights("s", [2], [1, 2])
    layer.node("LayerNormalization", ["x", "s"], ["y"], ["epsilon": .float(0)])
    #expect(try outputs(of: layer.network(), image) == [-1, 2, -1, 2])
    var batch = ONNXBuilder(input: [1, 2, 2])
    for (name, values) in [("s", [1, 2]), ("b", [3, 4]), ("m", [1, 0]), ("v", [4, 1])] {
      batch.weights(name, [2], values.map { Float($0) })
    }
    batch.node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], ["epsilon": .float(0)])
    #expect(try outputs(of: batch.network(), image) == [2.5, 3.5, 12, 24])
  }

  @Test("Softmax took all axes from its own on together before operator set 13")
  func softmax() throws {
    func sums(_ set: Int, _ settings: [String: ONNXBuilder.Setting]) throws -> [Double] {
      var file = ONNXBuilder(input: [1, 2, 2])
      file.operatorSet = set
      file.node("Softmax", ["x"], ["y"], settings)
      let values = try outputs(of: file.network(), [0, 1, 2, 3])
      return [values[0] + values[1], values[2] + values[3]]
    }
    #expect(areClose(try sums(13, [:]), [1, 1], relative: 1e-12))
    let all = try sums(12, [:])
    #expect(isClose(all[0] + all[1], 1, relative: 1e-12) && all[0] < 0.2)
  }

  // MARK: What depends on shapes

  @Test("Shapes are followed through arithmetic to the tensors that they make")
  func shapes() throws {
    // A reshape whose target is computed: (batch, C·2 / 2, −1).
    var file = ONNXBuilder(input: [nil, 4, 3])
    file.node("Shape", ["x"], ["s"])
    file.integers("zero", [0], shape: [])
    file.integers("one", [1], shape: [])
    file.integers("two", [2], shape: [])
    file.integers("axis", [0])
    file.integers("rest", [-1])
    file.node("Gather", ["s", "zero"], ["n"])
    file.node("Gather", ["s", "one"], ["c"])
    file.node("Mul", ["c", "one"], ["d"])
    file.node("Div", ["d", "two"], ["half"])
    file.node("Unsqueeze", ["n", "axis"], ["n1"])
    file.node("Unsqueeze", ["half", "axis"], ["h1"])
    file.node("Concat", ["n1", "h1", "rest"], ["target"], ["axis": .integer(0)])
    file.node("Reshape", ["x", "target"])
    #expect(try file.network().shape(of: "y") == [1, 2, 6])

    // A ramp by Range, chosen by Where and Equal, repeated by Expand.
    var ramp = ONNXBuilder(input: [1, 4])
    ramp.integers("zero", [0], shape: [])
    ramp.integers("four", [4], shape: [])
    ramp.integers("one", [1], shape: [])
    ramp.integers("two", [2], shape: [])
    ramp.node("Range", ["zero", "four", "one"], ["r"])
    ramp.node("Equal", ["r", "two"], ["is"])
    ramp.node("Where", ["is", "zero", "r"], ["w"])
    ramp.node("Cast", ["w"], ["f"], ["to": .integer(1)])
    ramp.integers("s", [1, 4])
    ramp.node("Expand", ["f", "s"], ["e"])
    ramp.node("Add", ["x", "e"])
    #expect(try outputs(of: ramp.network(), [10, 10, 10, 10]) == [10, 11, 10, 13])
  }

  @Test("What is left of divisions has the divisor's sign, or with fmod the dividend's")
  func remainders() throws {
    let cases: [([String: Int], [Double])] = [([:], [1, 2, -1, 0]), (["fmod": 1], [1, -1, 2, 0])]
    for (attributes, expected) in cases {
      var file = ONNXBuilder(input: [1, 4])
      file.integers("a", [7, -7, 8, 6], shape: [4])
      file.integers("b", [3, 3, -3, 3], shape: [4])
      file.node("Mod", ["a", "b"], ["m"], attributes.mapValues { .integer($0) })
      file.node("Cast", ["m"], ["f"], ["to": .integer(1)])
      file.node("Add", ["x", "f"])
      #expect(try outputs(of: file.network(), [0, 0, 0, 0]) == expected)
    }
    var file = ONNXBuilder(input: [1, 1])
    file.integers("a", [.min], shape: [1])
    file.integers("b", [0], shape: [1])
    file.node("Mod", ["a", "b"], ["m"])
    file.node("Cast", ["m"], ["f"], ["to": .integer(1)])
    file.node("Add", ["x", "f"])
    #expect(try file.network().unsupported.first?.description.contains("divides by 0") == true)
  }

  @Test("Minimum and maximum with a number bound computed values, on either side")
  func bounds() throws {
    var file = ONNXBuilder(input: [1, 4])
    file.weights("low", [], [0])
    file.weights("high", [1], [6])
    file.node("Max", ["x", "low"], ["r"])
    file.node("Min", ["high", "r"])
    #expect(try outputs(of: file.network(), [-1, 3, 6, 9]) == [0, 3, 6, 6])
    var both = ONNXBuilder(input: [1, 4])
    both.node("Relu", ["x"], ["r"])
    both.node("Max", ["x", "r"])
    let reason = try both.network().unsupported.first?.description
    #expect(reason?.contains("compares two computed values") == true)
  }

  @Test("A mask from the file chooses between computed values")
  func masks() throws {
    var file = ONNXBuilder(input: [1, 3])
    file.integers("m", [1, 0, 1], shape: [3])
    file.node("Cast", ["m"], ["mask"], ["to": .integer(9)])
    file.weights("low", [], [-.infinity])
    file.node("Where", ["mask", "x", "low"], ["w"])
    file.node("Softmax", ["w"])
    #expect(try outputs(of: file.network(), [1, 5, 1]) == [0.5, 0, 0.5])
  }

  @Test("Constants are resized to the image, computed values are not")
  func resizing() throws {
    func resized(
      _ values: [Float], to size: Int, _ mode: String, _ coordinates: String = "half_pixel"
    ) throws -> [Double] {
      var file = ONNXBuilder(input: [1, size])
      file.weights("c", [1, values.count], values)
      file.integers("s", [1, size])
      file.node(
        "Resize", ["c", "", "", "s"], ["r"],
        [
          "mode": .text(mode), "coordinate_transformation_mode": .text(coordinates),
          "nearest_mode": .text("floor"),
        ])
      file.node("Add", ["x", "r"])
      return try outputs(of: file.network(), Array(repeating: 0, count: size))
    }
    #expect(try resized([0, 4], to: 4, "linear") == [0, 1, 3, 4])
    #expect(try resized([0, 4], to: 5, "linear", "align_corners") == [0, 1, 2, 3, 4])
    #expect(try resized([5, 6], to: 4, "nearest", "asymmetric") == [5, 5, 6, 6])
    // Half way between two elements the kernel is 19/32 at the near ones and −3/32 at the far ones.
    #expect(
      try resized([0, 1, 2, 3, 4, 5, 6, 7], to: 4, "cubic") == [0.40625, 2.5, 4.5, 6.59375])
    var file = ONNXBuilder(input: [1, 1, 2, 2])
    file.integers("s", [1, 1, 4, 4])
    file.node("Resize", ["x", "", "", "s"], ["y"], name: "up")
    #expect(try file.network().unsupported.first?.place == "node 'up' (Resize)")
    var same = ONNXBuilder(input: [1, 1, 2, 2])
    same.integers("s", [1, 1, 2, 2])
    same.node("Resize", ["x", "", "", "s"], ["r"])
    same.node("Relu", ["r"])
    #expect(try outputs(of: same.network(), [1, -1, 2, -2]) == [1, 0, 2, 0])
  }

  // MARK: What is not supported

  @Test("An unknown operator costs what depends on it, and is named with its node")
  func unsupported() throws {
    var file = ONNXBuilder(input: [1, 2])
    file.node("Relu", ["x"], ["a"])
    file.node("LogSoftmax", ["a"], ["b"], name: "head")
    file.node("Relu", ["b"])
    let network = try file.network()
    let error = try #require(network.unsupported.first)
    #expect(network.unsupported.count == 1)
    #expect(error.place == "node 'head' (LogSoftmax)")
    #expect(error.expected.contains("Softmax"))
    #expect(network.knownOutputs.isEmpty)
    #expect(network.standardRepresentations == ["a"])
    #expect(try outputs(of: network, [1, -1], value: "a") == [1, 0])
    let refused = #expect(throws: ONNXError.self) { try network.graph(of: ["y"]) }
    #expect(refused?.description.hasPrefix("test.onnx: node 'head' (LogSoftmax)") ?? false)
  }

  @Test("Operators of other domains are none of ONNX's")
  func domains() throws {
    var file = ONNXBuilder(input: [1, 2])
    file.node("Relu", ["x"], ["y"], domain: "com.example")
    #expect(try file.network().unsupported.first?.place == "node 'y' (com.example.Relu)")
    var own = ONNXBuilder(input: [1, 2])
    own.node("Relu", ["x"], ["y"], domain: "ai.onnx")
    #expect(try own.network().unsupported.isEmpty)
  }
}
