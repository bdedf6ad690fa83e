/// The file of handwritten digits, which is compiled into the program so that it needs no other file.
///
/// It is a module of its own because compiling it takes seconds, and nothing else in it changes.
public enum BundledDigits {
  /// The bytes of `digits.gz`: 1,797 × 64 pixels, row by row, whole numbers from 0 to 16, and then the
  /// class of each image.
  ///
  /// **Source**: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
  /// Learning Repository, 1998, https://doi.org/10.24432/C50P49, licensed under CC BY 4.0
  /// (https://creativecommons.org/licenses/by/4.0/); its test set, in the order in which scikit-learn
  /// ships it. Only the spelling was changed.
  public static var bytes: [UInt8] { PackageResources.digits_gz }
}
