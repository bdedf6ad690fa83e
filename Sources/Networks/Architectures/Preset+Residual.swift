extension Preset {
  /// A first layer of 16 channels and three stages of 16, 32 and 64.
  ///
  /// **Source**: He, Zhang, Ren & Sun, "Deep Residual Learning for Image Recognition", CVPR 2016,
  /// section 4.2: 6n + 2 layers, the last of them the classifier.
  func cifarResNet(blocksPerStage n: Int) -> [Stage] {
    [
      Stage(repeating: 16, count: 1 + 2 * n, stride: 1), Stage(repeating: 32, count: 2 * n),
      Stage(repeating: 64, count: 2 * n),
    ]
  }

  /// A first layer of 16 channels and three stages of 16k, 32k and 64k.
  ///
  /// With k = 1 the first stage goes on from the first layer as it is; otherwise it begins with a
  /// projection of stride 1.
  ///
  /// **Source**: Zagoruyko & Komodakis, "Wide Residual Networks", BMVC 2016, table 1: 6n + 4
  /// layers, of which three are projections.
  func wideResNet(blocksPerStage n: Int, factor: Int) -> [Stage] {
    guard factor > 1 else { return cifarResNet(blocksPerStage: n) }
    return [
      Stage(repeating: 16, count: 1, stride: 1),
      Stage(repeating: 16 * factor, count: 2 * n, stride: 1),
      Stage(repeating: 32 * factor, count: 2 * n),
      Stage(repeating: 64 * factor, count: 2 * n),
    ]
  }

  /// A first layer with a kernel of 7 and four stages of 64 to 512 channels.
  ///
  /// **Source**: He, Zhang, Ren & Sun 2016, table 1; torchvision's `resnet.py`, `BasicBlock`.
  func imageNetResNet(blocksPerStage: [Int]) -> [Stage] {
    let stem = Stage(widths: [64], kernel: 7, stride: 2)
    return [stem]
      + zip([64, 128, 256, 512], blocksPerStage).map { width, blocks in
        Stage(repeating: width, count: 2 * blocks)
      }
  }

  /// A wide layer, and blocks of a narrow and a wide layer, whose wide layers skips join.
  ///
  /// A skip of length 2 joins every second layer, so only these need equal widths.
  ///
  /// **Source**: Chen, Lee, Liao & Shiu, "Rethinking the shape convention of an MLP", 2025, arXiv
  /// 2510.01796.
  func hourglass(wide: Int, narrow: Int, blocks: Int) -> [Stage] {
    let widths = [wide] + (0..<blocks).flatMap { _ in [narrow, wide] }
    return [Stage(widths: widths, kernel: 1, stride: 1)]
  }
}

extension Stage {
  /// A stage of 3 × 3 layers of one width; it halves its input unless a stride is given.
  init(repeating width: Int, count: Int, stride: Int = 2) {
    self.init(widths: [Int](repeating: width, count: count), kernel: 3, stride: stride)
  }
}
