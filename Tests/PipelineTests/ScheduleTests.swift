import Fixtures
import Testing

@testable import Pipeline

struct ScheduleTests {
    typealias Work = Schedule.Work

    private func drain(_ schedule: inout Schedule, failing: Set<Step> = []) -> [Step] {
        var order: [Step] = []
        while let step = schedule.next() {
            order.append(step)
            _ = schedule.finished(step, isGood: !failing.contains(step))
        }
        return order
    }

    @Test func `needs are built first, steps of one service follow each other`() {
        var schedule = Schedule([
            Work(name: "app", steps: [.build, .test, .image], needs: ["lib"], weight: 1),
            Work(name: "lib", steps: [.build, .test], needs: [], weight: 1),
        ])
        let order = drain(&schedule).map(\.description)
        #expect(order.first == "lib.build")
        #expect(order.firstIndex(of: "app.build") ?? 0 > order.firstIndex(of: "lib.build") ?? 9)
        #expect(order.filter { $0.hasPrefix("app") } == ["app.build", "app.test", "app.image"])
    }

    @Test func `a failed build skips what needs it and nothing else`() {
        var schedule = Schedule([
            Work(name: "app", steps: [.build, .test], needs: ["lib"], weight: 1),
            Work(name: "far", steps: [.build], needs: ["app"], weight: 1),
            Work(name: "lib", steps: [.build, .test], needs: [], weight: 1),
            Work(name: "other", steps: [.build], needs: [], weight: 1),
        ])
        let order = drain(&schedule, failing: [Step("lib", .build)]).map(\.description)
        #expect(Set(order) == ["lib.build", "other.build"])
        #expect(schedule.skipped == ["app": "lib", "far": "app"])
    }

    @Test func `a failed test ends its own service only`() {
        var schedule = Schedule([
            Work(name: "app", steps: [.build], needs: ["lib"], weight: 1),
            Work(name: "lib", steps: [.build, .test, .image, .push], needs: [], weight: 1),
        ])
        let order = drain(&schedule, failing: [Step("lib", .test)]).map(\.description)
        #expect(Set(order) == ["lib.build", "lib.test", "app.build"])
        #expect(schedule.skipped.isEmpty)
    }

    @Test func `what needs something without a build waits for what that needs`() {
        var schedule = Schedule([
            Work(name: "app", steps: [.build], needs: ["headers"], weight: 1),
            Work(name: "headers", steps: [.test], needs: ["lib"], weight: 1),
            Work(name: "lib", steps: [.build], needs: [], weight: 9),
        ])
        let order = drain(&schedule).map(\.description)
        #expect(order.first == "lib.build")
    }

    @Test func `the longest chain goes first`() {
        var schedule = Schedule([
            Work(name: "a-quick", steps: [.build], needs: [], weight: 5),
            Work(name: "b-slow-need", steps: [.build], needs: [], weight: 1),
            Work(name: "c-long", steps: [.build], needs: ["b-slow-need"], weight: 60),
        ])
        #expect(schedule.next()?.service == "b-slow-need")
    }

    @Test func `1,000 random graphs: every step runs once, none before its needs, none is forgotten`() {
        var generator = Seeded(state: 42)
        for _ in 0..<1000 {
            let count = Int.random(in: 1...12, using: &generator)
            let names = (0..<count).map { ServiceName(stringLiteral: "s\($0)") }
            let works = names.enumerated().map { index, name in
                Work(
                    name: name, steps: Step.Kind.allCases.filter { _ in Bool.random(using: &generator) },
                    needs: names[..<index].filter { _ in Int.random(in: 0..<3, using: &generator) == 0 },
                    weight: Int64.random(in: 1...100, using: &generator))
            }
            let failing = Set(
                works.flatMap { work in work.steps.map { Step(work.name, $0) } }.filter { _ in
                    Int.random(in: 0..<8, using: &generator) == 0
                })
            check(works, failing, &generator)
        }
    }

    /// Runs with several at once, ending in random order.
    private func check(_ works: [Work], _ failing: Set<Step>, _ generator: inout Seeded) {
        var schedule = Schedule(works)
        var running: [Step] = []
        var begun: Set<Step> = []
        var built: Set<ServiceName> = []
        var settled: Set<ServiceName> = []
        let byName = Dictionary(uniqueKeysWithValues: works.map { ($0.name, $0) })
        while true {
            while running.count < 3, let step = schedule.next() {
                #expect(begun.insert(step).inserted)
                for need in byName[step.service]?.needs ?? [] where byName[need]?.steps.contains(.build) == true {
                    #expect(built.contains(need), "\(step) began before \(need) was built")
                }
                running.append(step)
            }
            guard !running.isEmpty else { break }
            let step = running.remove(at: Int.random(in: 0..<running.count, using: &generator))
            let passes = !failing.contains(step)
            if passes, step.kind == .build { built.insert(step.service) }
            for name in schedule.finished(step, isGood: passes) {
                #expect(settled.insert(name).inserted, "\(name) settled twice")
            }
        }
        #expect(settled == Set(works.filter { !$0.steps.isEmpty }.map(\.name)))
    }
}
