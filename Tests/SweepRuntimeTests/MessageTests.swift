import SweepRuntime
import Testing

@Suite("Messages") struct MessageTests {
  static let toWorker: [CoordinatorMessage] = [
    .assign(points: [0, 5, Int32.max]), .assign(points: []), .drain, .finish, .leave,
    .ping,
  ]
  static let toCoordinator: [WorkerMessage] = [
    .ready(planHash: [0, 255], host: "nödel"),
    .results(ResultBlock(points: [3, 1], records: [1, 2, 3], notOK: 1, busySeconds: 0.5)),
    .dropped(points: [9]), .heartbeat, .unyielding(point: 4, seconds: 2.5),
  ]

  @Test("Encoding and decoding give every message back") func roundTrip() throws {
    for message in Self.toWorker {
      #expect(try MessageCodec.coordinatorMessage(MessageCodec.encode(message)) == message)
    }
    for message in Self.toCoordinator {
      #expect(try MessageCodec.workerMessage(MessageCodec.encode(message)) == message)
    }
  }

  @Test("Bytes cut off anywhere, or too many, are refused") func foreignBytes() {
    for message in Self.toCoordinator {
      let bytes = MessageCodec.encode(message)
      for count in 0..<bytes.count {
        #expect(throws: MessageError.self) {
          try MessageCodec.workerMessage(Array(bytes[..<count]))
        }
      }
      #expect(throws: MessageError.self) { try MessageCodec.workerMessage(bytes + [0]) }
    }
  }

  @Test("Another version's message is refused by name") func otherVersion() {
    #expect {
      try MessageCodec.coordinatorMessage([99, 2])
    } throws: { error in
      "\(error)".contains("message version 99")
    }
  }
}
