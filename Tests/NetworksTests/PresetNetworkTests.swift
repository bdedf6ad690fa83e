import Architectures
import NetworkGraphs
import Networks
import Testing

@Suite("Networks of presets") struct PresetNetworkTests {
  static let counts: [(Preset, Int)] = [
    // torchvision's num_params.
    (.resNet18, 11_689_512), (.resNet34, 21_797_672), (.resNet50, 25_557_032),
    (.resNet101, 44_549_160), (.resNet152, 60_192_808), (.resNeXt50, 25_028_904),
    (.wideResNet50, 68_883_240), (.vgg11, 132_863_336), (.vgg13, 133_047_848),
    (.vgg16, 138_357_544), (.vgg19, 143_667_240), (.vgg11BN, 132_868_840),
    (.vgg13BN, 133_053_736), (.vgg16BN, 138_365_992), (.vgg19BN, 143_678_248),
    (.denseNet121, 7_978_856), (.denseNet169, 14_149_480), (.denseNet201, 20_013_928),
    (.mobileNetV2, 3_504_872), (.efficientNetB0, 5_288_548), (.convNeXtTiny, 28_589_128),
    (.viTBase16, 86_567_656), (.viTBase32, 88_224_232),
    // timm's.
    (.viTTiny16, 5_717_416), (.viTSmall16, 22_050_664), (.mixerSmall16, 18_528_264),
    (.mixerBase16, 59_880_472),
    // Idelbayev's count of He et al.'s with option A, and what its rule gives for the others.
    (.cifarResNet20, 269_722), (.cifarResNet32, 464_154), (.cifarResNet44, 658_586),
    (.cifarResNet56, 853_018), (.cifarResNet110, 1_727_962),
    // Zagoruyko's, and Huang et al.'s.
    (.wideResNet28, 36_479_194), (.denseNetBC100, 769_162),
    // The smallest networks of both search spaces, as their tables have them.
    (.nasBenchMacro, 387_882), (.nasBench201, 73_306),
  ]

  @Test("Trainable parameters are as many as published, digit by digit", arguments: counts)
  func trainable(preset: Preset, count: Int) throws {
    let network = BuiltNetwork(try preset.architecture(), classes: preset.classes)
    #expect(NetworkCounts(network).trainable == count)
    let published = preset.published?.text ?? ""
    guard !published.hasSuffix("M") else { return }
    #expect(published.filter(\.isNumber) == "\(count)")
  }

  @Test(
    "Every preset is a network whose shape is known without its graph",
    arguments: Preset.allCases)
  func shapes(preset: Preset) throws {
    let architecture = try preset.architecture()
    var network = BuiltNetwork(architecture, classes: max(preset.classes, 2))
    #expect(network.representations.count == architecture.layerCount + 1)
    #expect(Set(network.representations.map(\.name)).count == network.representations.count)
    let scores = network.addScores()
    #expect(network.graph[scores].shape == [1, max(preset.classes, 2)])
    #expect(network.parameters.map(\.id) == Array(network.graph.parameterIDs))
  }

  @Test(
    "Without normalisation and pooling a preset of version 0.1 is the network that it was",
    arguments: Preset.firstRelease)
  func plain(preset: Preset) throws {
    let architecture = try preset.architecture(Preset.plainOptions)
    #expect(architecture.isPlain)
    guard preset != .natsBenchSize, preset != .hourglassMLP else { return }
    #expect(try architecture != preset.architecture())
  }

  @Test("Products of a ResNet-50 are those that torchvision counts, a multiply-add as two")
  func flops() throws {
    // torchvision's 4.09 GFLOPs, classifier included.
    let flops = NetworkCounts(BuiltNetwork(try Preset.resNet50.architecture())).flops
    #expect(abs(Double(flops) / 2e9 - 4.09) < 0.01)
  }
}
