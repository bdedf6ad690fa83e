internal import Architectures

extension Spec {
  /// A mistake that shows only where files are read, with the place of the key that it is about.
  ///
  /// - Parameters:
  ///   - key: the key under `measure`, such as `neural_frames.data`.
  ///   - problem: what is wrong.
  ///   - expected: what was expected, without the word.
  public func mistake(
    inMeasure key: String, _ problem: String, expected: String = ""
  ) -> SpecError {
    var known = "measure.\(key)"
    let keyPath = known
    // A key that is left to its default is reported where it could stand.
    while places[known] == nil, let dot = known.lastIndex(of: ".") { known = String(known[..<dot]) }
    return SpecError(
      places[known] ?? Place(line: 1, column: 1), keyPath, problem, expected: expected)
  }

  /// What is asked of images that they cannot give.
  func mistakes(with data: DataFacts) -> [SpecError] {
    measure.requests.flatMap { request in
      facts(of: request, in: data).map { images in
        mistakesInNormalization(of: request, images) + request.mistakes(with: images, in: self)
      } ?? []
    }
  }

  /// Means and deviations that are not those of the images' channels.
  private func mistakesInNormalization(
    of request: any MeasureRequest, _ images: ImageFacts
  ) -> [SpecError] {
    let channels = images.shape.channels
    guard let normalization = request.data?.source.normalization,
      !normalization.fits(images.shape)
    else { return [] }
    return [
      mistake(
        inMeasure: "\(type(of: request).section).data.normalize",
        "\(normalization.mean.count) means and \(normalization.deviation.count) deviations are "
          + "given, and the images have \(channels) channel\(channels == 1 ? "" : "s")",
        expected: "one of each, or one for each channel")
    ]
  }

  /// What is worth saying of images without refusing them.
  func remarks(on data: DataFacts) -> [SpecError] {
    measure.requests.flatMap { request in
      facts(of: request, in: data).map { request.remarks(on: $0, in: self) } ?? []
    }
  }

  /// What is known of the images that a measurement asks for.
  private func facts(of request: any MeasureRequest, in data: DataFacts) -> ImageFacts? {
    request.data == nil ? nil : data[type(of: request).section]
  }

  /// The mistake of asking for more images than a data set has.
  public func missingImages(_ section: String, _ count: Int, of images: ImageFacts) -> SpecError {
    mistake(
      inMeasure: "\(section).images",
      "\(count) images\(origin(of: "\(section).images")) are asked for, and the data set has "
        + "\(images.count)",
      expected: "at most \(images.count)")
  }

  /// Whether the sweep file gives a key under `measure`.
  public func gives(_ key: String) -> Bool { places["measure.\(key)"] != nil }

  /// What to add to a value that the sweep file does not give: whoever reads the message finds it
  /// nowhere.
  public func origin(of key: String) -> String { gives(key) ? "" : " (the default)" }
}
