import MPI

/// A message goes to every other rank and comes back changed.
func checkPingPong(_ world: borrowing Communicator) throws {
  if world.rank == 0 {
    for rank in 1..<max(1, world.size) {
      try world.send([1, 2, 3] as [Int64], to: rank, tag: 5)
      var numbers = [Double](repeating: 0, count: 8)
      var span = numbers.mutableSpan
      let envelope = try world.receive(into: &span, from: rank)
      try require(envelope.source == rank, "the source is \(envelope.source)")
      try require(envelope.tag == 6, "the tag is \(envelope.tag)")
      try require(envelope.count == 3, "the count is \(envelope.count)")
      try require(Array(numbers[..<3]) == [0.5, 1, 1.5], "the numbers are \(numbers)")
      say("rank \(rank) answered")
    }
  } else {
    var numbers = [Int64](repeating: 0, count: 3)
    var span = numbers.mutableSpan
    _ = try world.receive(into: &span, from: 0, tag: 5)
    try world.send(numbers.map { Double($0) / 2 }, to: 0, tag: 6)
  }
}

/// Waits for the next message by asking again and again.
private func nextMessage(
  _ world: borrowing Communicator, tag: Int? = nil
) throws(MPIError) -> IncomingMessage {
  while true {
    if let message = try world.improbe(tag: tag) { return message }
  }
}

/// Each worker sends many small messages without waiting, and each of them is answered.
func checkManySmall(_ world: borrowing Communicator) throws {
  let count = 2000
  var queue = SendQueue()
  if world.rank == 0 {
    var seen = [Int](repeating: 0, count: world.size)
    for _ in 0..<count * (world.size - 1) {
      let message = try nextMessage(world)
      let source = message.source
      let tag = message.tag
      let length = message.count
      let bytes = try message.receive()
      try require(bytes.count == length && length == seen[source] % 40, "a length is wrong")
      try require(bytes.allSatisfy { $0 == UInt8(source) }, "the content is wrong")
      seen[source] += 1
      try queue.send(bytes + [1], to: source, tag: tag + 1, over: world)
      try queue.prune()
    }
    try queue.waitForAll()
    try require(try world.improbe() == nil, "there is one message more")
    say("\(seen.reduce(0, +)) messages")
  } else {
    for index in 0..<count {
      let bytes = [UInt8](repeating: UInt8(world.rank), count: index % 40)
      try queue.send(bytes, to: 0, tag: 3, over: world)
      try queue.prune()
    }
    for index in 0..<count {
      let bytes = try nextMessage(world, tag: 4).receive()
      try require(bytes.count == index % 40 + 1, "the answers are out of order")
      try queue.prune()
    }
    try queue.waitForAll()
    try require(queue.isEmpty, "a send is left")
  }
}

/// 64 MiB go to every worker and come back.
func checkLarge(_ world: borrowing Communicator) throws {
  let count = 64 << 20
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    for index in 0..<count {
      unsafe buffer[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 13)
    }
    initialized = count
  }
  if world.rank == 0 {
    for rank in 1..<max(1, world.size) {
      var request = try world.isend(bytes, to: rank, tag: 1)
      var answer: [UInt8]?
      while try !request.test() || answer == nil {
        if let message = try world.improbe(from: rank, tag: 2) { answer = try message.receive() }
      }
      try require(request.isComplete, "the send did not complete")
      try require(answer == bytes, "the bytes differ")
      say("\(count) bytes came back from rank \(rank)")
    }
  } else {
    let received = try nextMessage(world, tag: 1).receive()
    try world.isend(received, to: 0, tag: 2).wait()
  }
}
