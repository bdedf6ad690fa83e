/// What is known of a network's induced frame without the network.
public enum FrameFacts: Hashable, Sendable {
  /// How large it is: its atoms, their dimension, and the entries of the Gram matrix that are not
  /// identically zero.
  case frame(atoms: Int, dimension: Int, nonzeros: Int)
  /// There is none, for a reason.
  case none(reason: String)
}
