extension BadFile {
  private static let plainPoints = """
    architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
    grid: {width: [8]}

    """

  private init(_ topic: String, neural: String, messages: String) {
    self.init(
      topic,
      text: "format: 1\nname: x\n" + Self.plainPoints + "measure:\n  neural_frames:\n" + neural,
      messages: messages)
  }

  /// Files whose neural frames are wrong.
  static let neuralFrames: [BadFile] = [
    BadFile(
      "neural frames without directions", neural: "    {images: 12}\n",
      messages: """
        7:5: measure.neural_frames: 'perturbations' are missing, expected directions \
        (perturbations: {augmentation: all, noise: 8})
        """),
    BadFile(
      "keys of neural frames that are not known",
      neural: """
            date: digits
            perturbations: {nose: 8}
            precision: float16
            per_image: 1

        """,
      messages: """
        7:5: measure.neural_frames.date: unknown key 'date', expected one of data, images, \
        perturbations, representations, per_image, precision; did you mean 'data'?
        8:21: measure.neural_frames.perturbations.nose: unknown key 'nose', expected one of \
        augmentation, noise, fourier, generative; did you mean 'noise'?
        9:16: measure.neural_frames.precision: found 'float16', expected one of float32, float64; did \
        you mean 'float32'?
        10:16: measure.neural_frames.per_image: found '1', expected true or false
        """),
    BadFile(
      "data that are none",
      neural: """
            data: mnist
            images: 0
            perturbations: {noise: 0}

        """,
      messages: """
        7:11: measure.neural_frames.data: found 'mnist', expected digits, {file: images.h5, \
        images: name}, {idx: path}, {cifar10: path}, {cifar100: path} or {folder: path}
        8:13: measure.neural_frames.images: 0 is too small, expected a whole number from 1 to \
        10000000
        9:28: measure.neural_frames.perturbations.noise: 0 is too small, expected a whole number \
        from 1 to 10000000
        """),
    BadFile(
      "data of two kinds",
      neural: """
            data: {file: a.h5, idx: b}
            perturbations: {noise: 1}

        """,
      messages: """
        7:11: measure.neural_frames.data: file and idx are given together, expected digits, {file: \
        images.h5, images: name}, {idx: path}, {cifar10: path}, {cifar100: path} or {folder: path}
        """),
    BadFile(
      "a name within a file that has none",
      neural: """
            data: {cifar10: a.bin, images: train}
            perturbations: {noise: 1}

        """,
      messages: """
        7:28: measure.neural_frames.data.images: only HDF5 files name their images, expected it with \
        file (HDF5) only
        """),
    BadFile(
      "what pictures have and files of bytes do not",
      neural: """
            data: {cifar10: a.bin, resize: 0, crop: 20000}
            perturbations: {noise: 1}

        """,
      messages: """
        7:28: measure.neural_frames.data.resize: only pictures of a folder are resized, expected it \
        with folder only
        7:36: measure.neural_frames.data.resize: 0 is too small, expected a whole number from 1 to \
        16384
        7:39: measure.neural_frames.data.crop: only pictures of a folder are cropped, expected it \
        with folder only
        7:45: measure.neural_frames.data.crop: 20000 is too large, expected a whole number from 1 to \
        16384
        """),
    BadFile(
      "labels of CIFAR-100 that it has not",
      neural: """
            data: {cifar100: a.bin, labels: fin}
            perturbations: {noise: 1}

        """,
      messages: """
        7:37: measure.neural_frames.data.labels: found 'fin', expected one of fine, coarse; did you mean \
        'fine'?
        """),
    BadFile(
      "augmentations",
      neural: """
            perturbations: {augmentation: [rotate, translate, rotate]}

        """,
      messages: """
        7:44: measure.neural_frames.perturbations.augmentation[1]: found 'translate', expected one \
        of translate_x, translate_y, rotate, scale, shear_x, shear_y, brightness, contrast, gamma, \
        blur, saturation, hue; did you mean 'translate_x'?
        7:55: measure.neural_frames.perturbations.augmentation[2]: 'rotate' is given twice, \
        expected it once
        """),
    BadFile(
      "generative directions of nothing",
      neural: """
            perturbations: {augmentation: some, generative: {from: neighbours, components: 8}}

        """,
      messages: """
        7:35: measure.neural_frames.perturbations.augmentation: found 'some', expected all, or a \
        list of names ([translate_x, rotate, …])
        7:53: measure.neural_frames.perturbations.generative: 'neighbours' is missing, expected \
        their number (16)
        """),
    BadFile(
      "more components than neighbours",
      neural: """
            perturbations: {generative: {from: neighbours, components: 8, neighbours: 7}}

        """,
      messages: """
        7:64: measure.neural_frames.perturbations.generative.components: 7 differences have no 8 \
        components, expected at most as many components as neighbours
        """),
    BadFile(
      "neighbours of a model that has none",
      neural: """
            perturbations: {generative: {components: 8, neighbours: 7}}

        """,
      messages: """
        7:49: measure.neural_frames.perturbations.generative.neighbours: the model of all data has \
        no neighbours, expected it with from: neighbours only
        """),
  ]
}
