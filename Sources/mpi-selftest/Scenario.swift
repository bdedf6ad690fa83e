import MPI

/// The checks, by the name that the command line gives them.
enum Scenario: String, CaseIterable {
  case hello
  case pingPong = "ping-pong"
  case manySmall = "many-small"
  case large
  case splitByNode = "split-by-node"
  case split
  case gather
  case broadcast
  case reduce
  case errorIsThrown = "error-is-thrown"
  case abort

  func run(
    in world: borrowing Communicator, of environment: borrowing MPIEnvironment
  ) throws {
    switch self {
    case .hello: try checkHello(world, environment)
    case .pingPong: try checkPingPong(world)
    case .manySmall: try checkManySmall(world)
    case .large: try checkLarge(world)
    case .splitByNode: try checkSplitByNode(world, environment)
    case .split: try checkSplit(world)
    case .gather: try checkGather(world)
    case .broadcast: try checkBroadcast(world)
    case .reduce: try checkReduce(world)
    case .errorIsThrown: try checkErrorIsThrown(world)
    case .abort: try checkAbort(world)
    }
  }
}

private func checkHello(
  _ world: borrowing Communicator, _ environment: borrowing MPIEnvironment
) throws {
  try require(MPIEnvironment.isRunning, "MPI does not run")
  try require(MPIEnvironment.isOnMainThread, "this is not MPI's main thread")
  try require(try !environment.processorName.isEmpty, "the processor has no name")
  let alone = try environment.alone()
  try require(alone.size == 1 && alone.rank == 0, "a process alone is not alone")
  try alone.free()
  say("rank \(world.rank) of \(world.size), \(MPIEnvironment.libraryVersion)")
}

private func checkSplitByNode(
  _ world: borrowing Communicator, _ environment: borrowing MPIEnvironment
) throws {
  let node = try world.splitByNode()
  let names = try node.gather(Array(environment.processorName.utf8), to: 0)
  if let names {
    try require(Set(names).count == 1, "a node has several names")
    say("node of \(node.size) ranks")
  }
  try node.free()
}

private func checkSplit(_ world: borrowing Communicator) throws {
  let parity = try world.split(color: world.rank % 2)
  try require(parity.rank == world.rank / 2, "the order of ranks changed")
  let copy = try parity.duplicate()
  let sum = try copy.allReduce(Int64(world.rank), .sum)
  let expected = stride(from: world.rank % 2, to: world.size, by: 2).reduce(0, +)
  try require(sum == Int64(expected), "the parts mix")
  try copy.free()
  try parity.free()
  say("rank \(world.rank) is \(world.rank / 2) of its part")
}

private func checkGather(_ world: borrowing Communicator) throws {
  for root in 0..<world.size {
    // Rank 0 gives no bytes at all.
    let mine = [UInt8](repeating: UInt8(world.rank), count: 1000 * world.rank)
    let all = try world.gather(mine, to: root)
    try require((all != nil) == (world.rank == root), "the wrong rank got the bytes")
    guard let all else { continue }
    for rank in 0..<world.size {
      let expected = [UInt8](repeating: UInt8(rank), count: 1000 * rank)
      try require(all[rank] == expected, "the bytes of rank \(rank) differ")
    }
    say("root \(root) has the bytes of \(all.count) ranks")
  }
}

private func checkBroadcast(_ world: borrowing Communicator) throws {
  for root in 0..<world.size {
    for count in [0, 1, 100_000] {
      let text = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + root) }
      let passed = world.rank == root ? text : [9, 9]
      let received = try world.broadcast(passed, from: root)
      try require(received == text, "the bytes from \(root) differ")
    }
  }
  try world.barrier()
  say("rank \(world.rank) has all texts")
}

private func checkReduce(_ world: borrowing Communicator) throws {
  let rank = Int64(world.rank)
  let size = Int64(world.size)
  try require(try world.allReduce(rank, .minimum) == 0, "the minimum is wrong")
  try require(try world.allReduce(rank, .maximum) == size - 1, "the maximum is wrong")
  try require(try world.allReduce(rank, .sum) == size * (size - 1) / 2, "the sum is wrong")
  try require(
    try world.allReduce(Double(rank) + 0.5, .maximum) == Double(size) - 0.5,
    "the maximum of numbers is wrong")
  try require(try world.allReduce(1 as Float, .sum) == Float(size), "the sum of numbers is wrong")
  try require(try world.allReduce(UInt8(1), .sum) == UInt8(size), "the sum of bytes is wrong")
  say("rank \(world.rank) agrees")
}

private func checkErrorIsThrown(_ world: borrowing Communicator) throws {
  do throws(MPIError) {
    try world.send([1, 2, 3] as [UInt8], to: world.size + 5, tag: 0)
    throw MPIError(code: 0, class: 0, text: "none", operation: "none")
  } catch {
    try require(error.operation == "MPI_Send", "the error came from \(error.operation)")
    try require(error.code != 0 && error.class != 0 && !error.text.isEmpty, "no error: \(error)")
    say("rank \(world.rank): \(error)")
  }
  // The library is still usable behind an error.
  try world.barrier()
}

private func checkAbort(_ world: borrowing Communicator) throws {
  say("rank \(world.rank) is here")
  try world.barrier()
  if world.rank == world.size - 1 { throw CheckFailure(description: "this was asked for") }
  try world.barrier()
}
