/// The generators of common augmentations: how an image begins to change under each.
///
/// The order of the cases is the order of the directions. With ∂x and ∂y central differences whose
/// edge pixels are replicated, X and Y pixel coordinates from the image's centre, y pointing down.
public enum Augmentation: String, Sendable, CaseIterable {
  /// −∂x I.
  case translateX = "translate_x"
  /// −∂y I.
  case translateY = "translate_y"
  /// Y ∂x I − X ∂y I.
  case rotate
  /// −(X ∂x I + Y ∂y I).
  case scale
  /// −Y ∂x I.
  case shearX = "shear_x"
  /// −X ∂y I.
  case shearY = "shear_y"
  /// 1.
  case brightness
  /// I − mean(I), over all pixels and channels.
  case contrast
  /// I · ln(max(I, 10⁻⁶)).
  case gamma
  /// The five-point Laplacian, edges replicated.
  case blur
  /// I − grey, for three channels: grey is 0.299 R + 0.587 G + 0.114 B in each.
  case saturation
  /// (G − B, B − R, R − G) / √3, for three channels.
  case hue

  /// The generator's name in sweep files.
  public var name: String { rawValue }

  /// Whether it is defined for red, green and blue only.
  public var needsColour: Bool { self == .saturation || self == .hue }
}
