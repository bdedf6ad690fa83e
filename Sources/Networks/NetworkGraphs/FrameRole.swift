/// What an operation is in an induced frame.
///
/// A network has a frame if all its operations are linear or rectifiers. Constants that are added play no
/// part in it, and neither do positive factors.
public enum FrameRole: Sendable {
  /// A linear operator whose weight, operand 1, has its atoms as rows, group by group.
  ///
  /// Without a window it is a product on the last axis, whose weight may be given transposed.
  case weighted(Window?, groups: Int, isTransposed: Bool)
  /// A rectifier: the value is that of a unit.
  case rectifier
  /// Each channel times a number, that of an operand.
  case channelScale(operand: Int)
  /// The same value but for constants that are added, or factors that are positive.
  case shift
  /// The sum of all values.
  case sum
  /// The values side by side along an axis.
  case concatenation(axis: Int)
  /// One pixel of each window.
  case subsampling(Window)
  /// The mean of each window.
  case average(Window)
  /// Some entries along some axes.
  case selection([Slice.Range])
  /// Zeros around the value.
  case padding(before: [Int], after: [Int])
  /// The same entries under another shape.
  case view
  /// Zeros, whatever the image is.
  case zero
  /// Global pooling, behind which the frame ends.
  case end
  /// Not linear, or an operator that frames do not know.
  case none
}

extension OperandShape {
  /// Whether a parameter has one number, or one for each channel of a value.
  func isPerChannel(of value: Shape) -> Bool {
    guard isParameter else { return false }
    if shape.count == 1 { return true }
    // Shapes are matched from the last side on; channels are axis 1.
    let axis = 1 - (value.rank - shape.rank)
    return shape.rank <= value.rank && axis >= 0 && axis < shape.rank
      && shape[axis] == value[1] && shape.count == value[1]
  }
}
