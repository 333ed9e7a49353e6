import Driver
import Pipeline

/// What is known of a run while it goes on, and how a terminal shows it: a line for each running step, and a count.
struct RunPicture: Equatable {
    private var running: [Step: Int64] = [:]
    private var finished = 0
    private var total = 0
    /// What the recorded durations promise for the whole, in seconds.
    private var expected: Int64?
    private var began: Int64 = 0

    /// Takes what happened, at a moment in seconds of any clock.
    mutating func take(_ event: Event, at now: Int64, jobs: Int) {
        switch event {
        case .planned(let plan, _):
            total = plan.services.reduce(0) { $0 + $1.steps.count }
            (expected, began) = (plan.foundedForecast?.seconds(jobs: jobs), now)
        case .stepStarted(let step, _): running[step] = now
        case .stepFinished(let step, _, _):
            running[step] = nil
            finished += 1
        default: break
        }
    }

    var isIdle: Bool { running.isEmpty }

    /// The lines of the picture, none longer than a width; the longest running first, and no more than there is room for.
    func lines(at now: Int64, width: Int, height: Int) -> [String] {
        guard !isIdle else { return [] }
        let steps = oldest
        let room = max(1, height - 3)
        let shown = steps.prefix(steps.count > room ? room - 1 : room)
        let nameWidth = shown.map { $0.key.service.text.count }.max() ?? 0
        var lines = shown.map { step, start in
            let gap = String(repeating: " ", count: nameWidth - step.service.text.count)
            let kind = step.kind.rawValue
            return "  \(step.service)\(gap)  \(kind)\(String(repeating: " ", count: 5 - kind.count))  "
                + Self.elapsed(now - start)
        }
        if shown.count < steps.count { lines.append("  and \(steps.count - shown.count) more") }
        lines.append(count(at: now))
        return lines.map { $0.count > width ? $0.prefix(width - 1) + "…" : $0 }
    }

    /// What still runs, in one line: a sign of life where nobody looks at a picture.
    func heartbeat(at now: Int64) -> String? {
        guard !isIdle else { return nil }
        let steps = oldest
        let names = steps.prefix(4).map { "\($0.key) (\(Self.elapsed(now - $0.value)))" }.joined(separator: ", ")
        let more = steps.count > 4 ? " and \(steps.count - 4) more" : ""
        return "after \(Self.elapsed(now - began)): running \(names)\(more); \(finished) of \(total) steps done"
    }

    private var oldest: [(key: Step, value: Int64)] {
        running.sorted { ($0.value, "\($0.key)") < ($1.value, "\($1.key)") }
    }

    private func count(at now: Int64) -> String {
        var text = "\(finished) of \(total) steps done, \(running.count) running, \(Self.elapsed(now - began))"
        if let expected, now - began < expected { text += ", about \(Self.elapsed(expected - (now - began))) left" }
        return text
    }

    private static func elapsed(_ seconds: Int64) -> String {
        let (minutes, rest) = (seconds / 60, seconds % 60)
        let text = minutes < 60 ? "\(minutes):" : "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60):"
        return text + (rest < 10 ? "0" : "") + "\(rest)"
    }
}
