extension Preset {
  /// Where the numbers of layers and channels come from.
  public var source: String {
    switch self {
    case .cifarResNet20, .cifarResNet32, .cifarResNet44, .cifarResNet56, .cifarResNet110:
      "He et al., Deep Residual Learning for Image Recognition, CVPR 2016, section 4.2"
    case .cifarPreResNet20, .cifarPreResNet56, .cifarPreResNet110:
      "He et al., Identity Mappings in Deep Residual Networks, ECCV 2016, section 4"
    case .vgg11BN, .vgg13BN, .vgg16BN, .vgg19BN:
      "Simonyan & Zisserman 2015, table 1, with the normalisation of torchvision's vgg.py"
    case .denseNetBC100, .denseNet121, .denseNet169, .denseNet201:
      "Huang et al. 2017, table 1, with torchvision's densenet.py"
    case .resNet50, .resNet101, .resNet152:
      "He et al. 2016, table 1, with the strides of torchvision's resnet.py"
    case .resNeXt50:
      "Xie et al., Aggregated Residual Transformations for Deep Neural Networks, CVPR 2017, table 1"
    case .wideResNet50: "Zagoruyko & Komodakis, BMVC 2016, with torchvision's resnet.py"
    case .mobileNetV2: "Sandler et al., MobileNetV2, CVPR 2018, table 2"
    case .efficientNetB0: "Tan & Le, EfficientNet, ICML 2019, table 1"
    case .convNeXtTiny: "Liu et al., A ConvNet for the 2020s, CVPR 2022"
    case .viTTiny16, .viTSmall16:
      "Touvron et al., Training data-efficient image transformers, ICML 2021, table 1"
    case .viTBase16, .viTBase32:
      "Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, table 1"
    case .mixerSmall16, .mixerBase16:
      "Tolstikhin et al., MLP-Mixer, NeurIPS 2021, table 1"
    case .wideResNet16, .wideResNet28:
      "Zagoruyko & Komodakis, Wide Residual Networks, BMVC 2016, table 1"
    case .vgg11, .vgg13, .vgg16, .vgg19:
      "Simonyan & Zisserman, Very Deep Convolutional Networks, ICLR 2015, table 1"
    case .denseNet40, .denseNet100:
      "Huang et al., Densely Connected Convolutional Networks, CVPR 2017, section 3"
    case .resNet18, .resNet34:
      "He et al. 2016, table 1, with the projections of torchvision's resnet.py"
    case .natsBenchSize:
      "Dong et al., NATS-Bench, TPAMI 2021 (arXiv 2009.00437), size search space"
    case .nasBenchMacro:
      "Su et al., Prioritized Architecture Sampling with Monto-Carlo Tree Search, CVPR 2021, "
        + "NAS-Bench-Macro"
    case .nasBench201:
      "Dong & Yang, NAS-Bench-201, ICLR 2020 (arXiv 2001.00326), section 2.1"
    case .hourglassMLP:
      "Chen et al., Rethinking the Shape Convention of an MLP, 2025, arXiv 2510.01796"
    }
  }

  /// What does not fit, and what stands in its place.
  ///
  /// What is said of presets of version 0.1 is said of their networks without normalisation, which leave
  /// out classifiers, biases and batch normalisation besides.
  public var differences: String {
    switch self {
    case .cifarResNet20, .cifarResNet32, .cifarResNet44, .cifarResNet56, .cifarResNet110:
      "Stages are joined by 1 x 1 projections (the paper's option B), where the paper pads with "
        + "zeros (option A): 2,560 weights more."
    case .wideResNet16, .wideResNet28:
      "Layers are activated after a skip is added, not before they are read; the paper counts the "
        + "three projections as layers."
    case .vgg11, .vgg13, .vgg16, .vgg19:
      "Convolutions only. Each max-pooling is the stride of the layer after it; the last one and "
        + "the three fully connected layers are left out. From images of 32 pixels the last layers "
        + "read 2 x 2, so in frames their kernels wrap around."
    case .denseNet40, .denseNet100:
      "Transitions are 3 x 3 layers of stride 2 in place of 1 x 1 layers and average pooling, "
        + "because a stage has one kernel: 8 weights more for each pair of their channels, with the "
        + "standard growth 0.94 M in DenseNet-40 (1.94 M in place of 1.0 M) and 6.20 M in "
        + "DenseNet-100 (13.05 M in place of 7.0 M). For the same reason bottlenecks and compression "
        + "(DenseNet-BC) do not fit."
    case .resNet18, .resNet34:
      "The max-pooling after the first layer is the stride of the layer after it, and the first "
        + "skip a projection of that stride where the original adds the pooled image: 4,096 "
        + "weights more."
    case .natsBenchSize:
      "Each cell is one 3 x 3 layer with the cell's output channels and stride, the first in place "
        + "of the stem as well, so widths and sizes are the benchmark's. What happens inside cells "
        + "is left out, and so is the benchmark's own parameter count."
    case .hourglassMLP:
      "A residual network of skip_length 2 with alternating widths. The sum of a block is "
        + "activated, and the last projection to the output is left out. The standard widths are "
        + "this project's: the paper searches over them."
    default: ""
    }
  }
}
