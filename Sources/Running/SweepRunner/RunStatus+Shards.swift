internal import Foundation
internal import SweepRecords
internal import SweepRuntime
internal import SweepSpec
internal import SweepStore

extension RunStatus {
  /// Looks at all shards of a folder.
  ///
  /// - Parameter now: in seconds since 1970.
  package init(_ survey: ShardSurvey, now: Double = Date().timeIntervalSince1970) {
    var (coreSeconds, speed, workLeft, work) = (0.0, 0.0, 0.0, 0.0)
    var rates: [Double] = []
    var handedOut: Int?
    var statuses: [String: Int] = [:]
    let costs = survey.sweep.predictedSeconds(of: 0..<Int32(survey.sweep.plan.count))
    let deal = survey.sweep.deal(into: survey.parts.count).shards
    var shardWork = [Double](repeating: 0, count: survey.parts.count)
    for (point, cost) in costs.enumerated() { shardWork[Int(deal[point])] += Double(cost) }
    var parts: [Part] = []
    for part in survey.parts {
      let isRunning = part.state == .running
      // What cannot be read has no pace; the survey says why.
      let log = try? ExecutionLog(of: part.path)
      let pace = log.map {
        Pace($0, isRunning: isRunning, survey.sweep, predicted: costs, now: now)
      }
      work += shardWork[part.shard.index]
      workLeft += part.state == .complete ? 0 : pace?.workLeft ?? shardWork[part.shard.index]
      coreSeconds += pace?.coreSeconds ?? 0
      if isRunning {
        handedOut = (handedOut ?? 0) + (log?.handedOutCount ?? 0)
        speed += pace?.speed ?? 0
        rates += [pace?.pointsPerHour].compactMap { $0 }
      }
      let notOK = part.notOK.values.reduce(0, +)
      for (status, count) in part.notOK { statuses[status.name, default: 0] += count }
      statuses[PointStatus.ok.name, default: 0] += part.progress.done - notOK
      statuses[PointStatus.pending.name, default: 0] += part.progress.left ?? 0
      parts.append(
        Part(
          shard: part.shard.index, state: part.state.rawValue, file: part.path,
          done: part.progress.done, points: part.progress.total ?? 0, notOk: notOK,
          pointsPerHour: pace?.pointsPerHour, coreHours: (pace?.coreSeconds ?? 0) / 3_600,
          remark: part.remark))
    }
    file = survey.folder
    sweep = survey.sweep.spec.name
    points = parts.reduce(0) { $0 + $1.points }
    done = parts.reduce(0) { $0 + $1.done }
    notOk = parts.reduce(0) { $0 + $1.notOk }
    ok = done - notOk
    pending = points - done
    inProgress = handedOut
    let states = Set(survey.parts.map(\.state))
    state =
      states.contains(.running)
      ? .running : states.contains(.waiting) ? .waiting : pending > 0 ? .stopped : .complete
    self.statuses = statuses.filter { $0.value > 0 }
    workShare = work > 0 ? min(1, max(0, 1 - workLeft / work)) : 1
    pointsPerHour = rates.isEmpty ? nil : rates.reduce(0, +)
    secondsLeft = speed > 0 && state == .running ? workLeft / speed : nil
    elapsedSeconds = nil
    workers = nil
    busyShare = nil
    coreHours = coreSeconds / 3_600
    run = nil
    ranks = []
    shards = parts
  }
}
