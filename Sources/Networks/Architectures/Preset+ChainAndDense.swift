extension Preset {
  /// The number of networks of NATS-Bench's size search space: five widths out of eight each.
  public static let sizeSpaceCount = 32_768

  /// Five stages of 64, 128, 256, 512 and 512 channels; all but the first halve their input.
  ///
  /// **Source**: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
  /// Recognition", ICLR 2015, table 1.
  func vgg(layersPerStage: [Int]) -> [Stage] {
    zip([64, 128, 256, 512, 512], layersPerStage).enumerated().map { index, stage in
      Stage(repeating: stage.0, count: stage.1, stride: index == 0 ? 1 : 2)
    }
  }

  /// Five layers of 8 to 64 channels, the second and the fourth with stride 2.
  ///
  /// The digits of the index in base 8, the first the most significant, choose the widths 8, 16 …
  /// 64: index 0 is 8:8:8:8:8, index 1 is 8:8:8:8:16.
  ///
  /// **Source**: Dong, Liu, Musial & Gabrys, "NATS-Bench", TPAMI 2021, section 3.2; the order is
  /// that of its `main-sss.py`, `traverse_net`, the strides those of `DynamicShapeTinyNet`.
  func natsBenchSize(index: Int) -> [Stage] {
    [(4_096, 1), (512, 2), (64, 1), (8, 2), (1, 1)].map { place, stride in
      Stage(repeating: 8 * (index / place % 8 + 1), count: 1, stride: stride)
    }
  }

  /// Three dense blocks; the layer before each, of stride 2 but for the first, begins its stage.
  ///
  /// The first layer has 16 channels, a transition as many as the block before it gives altogether.
  ///
  /// **Source**: Huang, Liu, van der Maaten & Weinberger, "Densely Connected Convolutional
  /// Networks", CVPR 2017, section 3.
  func denseNet(layersPerBlock: Int, growth: Int) -> [Stage] {
    (0..<3).map { block in
      let entry = 16 + block * layersPerBlock * growth
      let widths = [entry] + [Int](repeating: growth, count: layersPerBlock)
      return Stage(widths: widths, kernel: 3, stride: block == 0 ? 1 : 2)
    }
  }
}
