internal import CMPI

/// A group of processes that talk to each other, apart from all other groups.
///
/// Freeing is collective, so a communicator that is let go without `free()` stays with MPI.
public struct Communicator: ~Copyable {
  let handle: CMPI_Comm
  private let isOwned: Bool

  /// The number of this process in the group.
  public let rank: Int

  /// The number of processes in the group.
  public let size: Int

  /// Wraps a handle; the predefined ones are not owned.
  init(handle: CMPI_Comm, owned isOwned: Bool) throws(MPIError) {
    var rank: CInt = 0
    var size: CInt = 0
    try MPIError.check("MPI_Comm_rank", unsafe CMPI_comm_rank(handle, &rank))
    try MPIError.check("MPI_Comm_size", unsafe CMPI_comm_size(handle, &size))
    self.handle = handle
    self.isOwned = isOwned
    self.rank = Int(rank)
    self.size = Int(size)
  }

  /// The same group with messages of its own; collective.
  public borrowing func duplicate() throws(MPIError) -> Communicator {
    let original = handle
    var copy = CMPI_Comm()
    try MPIError.check("MPI_Comm_dup", unsafe CMPI_comm_dup(original, &copy))
    return try Communicator(handle: copy, owned: true)
  }

  /// The processes that gave the same colour, in the order of their ranks here; collective.
  ///
  /// - Precondition: `color >= 0`.
  public borrowing func split(color: Int) throws(MPIError) -> Communicator {
    let original = handle
    let color = narrowed(color)
    let key = narrowed(rank)
    var part = CMPI_Comm()
    try MPIError.check("MPI_Comm_split", unsafe CMPI_comm_split(original, color, key, &part))
    return try Communicator(handle: part, owned: true)
  }

  /// The processes that share memory with this one, hence its node, in the order of their ranks.
  ///
  /// Collective.
  public borrowing func splitByNode() throws(MPIError) -> Communicator {
    let original = handle
    let key = narrowed(rank)
    var part = CMPI_Comm()
    try MPIError.check(
      "MPI_Comm_split_type", unsafe CMPI_comm_split_shared(original, key, &part))
    return try Communicator(handle: part, owned: true)
  }

  /// Ends the communicator; collective.
  ///
  /// Predefined communicators stay.
  public consuming func free() throws(MPIError) {
    guard isOwned else { return }
    let original = handle
    try MPIError.check("MPI_Comm_free", CMPI_comm_free(original))
  }
}
