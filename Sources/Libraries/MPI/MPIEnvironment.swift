internal import CMPI

/// The running MPI library: from its start to its end.
///
/// A process may start MPI once, on its main thread. Ending it is collective, so letting the value
/// go without `finalize()` does nothing.
public struct MPIEnvironment: ~Copyable {
  /// Starts MPI with MPI_THREAD_FUNNELED; the calling thread becomes the one that may call MPI.
  ///
  /// From here on, errors come back as `MPIError` instead of ending the job.
  /// - Throws: `MPIError` if the library refuses, or offers no support for threads.
  public init() throws(MPIError) {
    var isProvided: CInt = 0
    let code = unsafe CMPI_init_funneled(&isProvided)
    guard code == CMPI_success() else {
      throw MPIError(code: code, operation: "MPI_Init_thread")
    }
    guard isProvided != 0 else {
      throw MPIError(
        code: Int(code), class: 0, text: "the library offers no MPI_THREAD_FUNNELED",
        operation: "MPI_Init_thread")
    }
    try MPIError.check("MPI_Comm_set_errhandler", CMPI_return_errors(CMPI_comm_world()))
    try MPIError.check("MPI_Comm_set_errhandler", CMPI_return_errors(CMPI_comm_self()))
  }

  /// Ends MPI; collective over all processes.
  public consuming func finalize() throws(MPIError) {
    try MPIError.check("MPI_Finalize", MPI_Finalize())
  }

  /// All processes of the job.
  public borrowing func world() throws(MPIError) -> Communicator {
    try Communicator(handle: CMPI_comm_world(), owned: false)
  }

  /// This process alone.
  public borrowing func alone() throws(MPIError) -> Communicator {
    try Communicator(handle: CMPI_comm_self(), owned: false)
  }

  /// The name of the machine that this process runs on, as MPI knows it.
  public var processorName: String {
    get throws(MPIError) {
      var code = CMPI_success()
      let name = unsafe readText(capacity: CMPI_max_processor_name()) { buffer, length in
        code = unsafe MPI_Get_processor_name(buffer, length)
        return code
      }
      try MPIError.check("MPI_Get_processor_name", code)
      return name ?? ""
    }
  }

  /// Ends all processes of the job at once, with an exit code.
  ///
  /// It may be called while MPI runs, also where an error left it in an unknown state. The launcher
  /// may lose what was written a moment before.
  public static func abort(code: Int) -> Never { CMPI_abort(CInt(truncatingIfNeeded: code)) }

  /// Tells whether MPI was started and not yet ended.
  public static var isRunning: Bool {
    var isStarted: CInt = 0
    var isEnded: CInt = 0
    guard unsafe MPI_Initialized(&isStarted) == CMPI_success() else { return false }
    guard unsafe MPI_Finalized(&isEnded) == CMPI_success() else { return false }
    return isStarted != 0 && isEnded == 0
  }

  /// Tells whether the calling thread is the one that started MPI.
  ///
  /// - Precondition: MPI is running.
  public static var isOnMainThread: Bool {
    var isMain: CInt = 0
    return unsafe MPI_Is_thread_main(&isMain) == CMPI_success() && isMain != 0
  }

  /// The first line of the library's own description, such as "Open MPI v4.1.4, …".
  ///
  /// It may be asked for before MPI is started.
  public static var libraryVersion: String {
    let version = unsafe readText(capacity: CMPI_max_library_version_string()) { buffer, length in
      unsafe MPI_Get_library_version(buffer, length)
    }
    // MPICH goes on with its build options, one a line.
    let line = (version ?? "").split(whereSeparator: \.isNewline).first ?? "an unknown library"
    return singleLine(String(line))
  }
}
