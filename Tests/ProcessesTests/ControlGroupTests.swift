import Testing

@testable import Processes

@Suite("What control groups and limits allow") struct ControlGroupTests {
  @Test("CPU quotas are read as both versions write them") func quotas() {
    #expect(ControlGroup.quota("150000 100000") == 1.5)
    #expect(ControlGroup.quota("max 100000") == .infinity)
    #expect(ControlGroup.quota("-1 100000") == .infinity)
    #expect(ControlGroup.quota("") == .infinity)
  }

  @Test("All groups around a process are looked at, in the hierarchy of the controller")
  func files() {
    let membership = "4:cpu,cpuacct:/slurm/job_7\n2:memory:/other\n0::/user/job"
    let quotas = ControlGroup.files("cpu.max", controller: "cpu", membership: membership)
    #expect(
      quotas == [
        "/sys/fs/cgroup/cpu/slurm/job_7/cpu.max", "/sys/fs/cgroup/cpu/slurm/cpu.max",
        "/sys/fs/cgroup/cpu/cpu.max", "/sys/fs/cgroup/user/job/cpu.max",
        "/sys/fs/cgroup/user/cpu.max", "/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu.max",
        "/sys/fs/cgroup/cpu/cpu.max",
      ])
    let memory = ControlGroup.files("memory.max", controller: "memory", membership: membership)
    #expect(memory.first == "/sys/fs/cgroup/memory/other/memory.max")
  }

  @Test("Sizes of the system's status are bytes") func sizes() {
    let status = "Name:\tx\nVmSize:\t    1234 kB\nVmData:\t  56 kB\n"
    #expect(ProcessFacts.value(of: "VmSize", in: status) == "1234 kB")
    #expect(AddressSpace.bytes(of: "1234 kB") == 1_263_616.0)
    #expect(ProcessFacts.value(of: "VmPeak", in: status) == nil)
    #expect(AddressSpace(limit: .infinity, taken: 5, name: "").left == .infinity)
    #expect(AddressSpace(limit: 5, taken: 7, name: "").left == 0)
  }

  @Test("Threads that are started do what they are for, and all that are counted have ended")
  func threads() throws {
    #expect(NativeThread.startable(atMost: 5, stackBytes: 1 << 20) == 5)
    #expect(NativeThread.startable(atMost: 0, stackBytes: 1 << 20) == 0)
    // No machine has such a stack.
    #expect(NativeThread.startable(atMost: 1, stackBytes: 1 << 60) == 0)
    #expect(throws: ThreadFailure.self) { try NativeThread.start("none", stackBytes: 1 << 60) {} }
  }
}
