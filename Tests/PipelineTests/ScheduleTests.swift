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

    @Test func `a step that finds no room lets smaller ones pass, and never more than so many`() {
        var wide = Work(name: "wide", steps: [.build], needs: [], weight: 1000)
        wide.demand = Demand(cpu: 2)
        let small = (0..<40).map {
            Work(name: ServiceName(stringLiteral: "s\($0)"), steps: [.build], needs: [], weight: 1)
        }
        let long = Work(name: "long", steps: [.build], needs: [], weight: 2000)
        var schedule = Schedule([long, wide] + small, in: Room(cpu: 2))
        #expect(schedule.next()?.service == "long")
        for _ in 0..<Schedule.patience {
            guard let step = schedule.next() else { break }
            #expect(step.service != "wide")
            _ = schedule.finished(step, isGood: true)
        }
        // Now both slots are kept for it.
        #expect(schedule.next() == nil)
        _ = schedule.finished(Step("long", .build), isGood: true)
        #expect(schedule.next()?.service == "wide")
        #expect(schedule.next() == nil)
        _ = schedule.finished(Step("wide", .build), isGood: true)
        #expect(schedule.next() != nil)
    }

    @Test func `what waits for a pool keeps nobody else from the slots`() {
        let holders = (0..<3).map { index in
            var work = Work(name: ServiceName(stringLiteral: "d\(index)"), steps: [.test], needs: [], weight: 100)
            work.demand = Demand(pools: ["docker"])
            return work
        }
        let others = (0..<60).map {
            Work(name: ServiceName(stringLiteral: "s\($0)"), steps: [.test], needs: [], weight: 1)
        }
        var schedule = Schedule(holders + others, in: Room(cpu: 2, pools: ["docker": 1]))
        #expect(schedule.next()?.service == "d0")
        for _ in others {
            let step = schedule.next()
            #expect(step?.service.text.hasPrefix("s") == true)
            if let step { _ = schedule.finished(step, isGood: true) }
        }
        #expect(schedule.next() == nil)
        _ = schedule.finished(Step("d0", .test), isGood: true)
        #expect(schedule.next()?.service == "d1")
    }

    @Test(arguments: [
        (Demand(cpu: 99), 1), (Demand(memory: 1 << 60), 1), (Demand(memory: 4), 2), (Demand(pools: ["x"]), 1),
    ])
    func `who wants more than there is takes all there is`(demand: Demand, atOnce: Int) {
        let works = (0..<3).map { index in
            var work = Work(
                name: ServiceName(stringLiteral: "s\(index)"), steps: [.build, .push], needs: [], weight: 1)
            work.demand = demand
            return work
        }
        var schedule = Schedule(works, in: Room(cpu: 3, memory: 8))
        var begun: [Step] = []
        while let step = schedule.next() { begun.append(step) }
        #expect(begun.count == atOnce)
        for step in begun { _ = schedule.finished(step, isGood: true) }
        // To push takes a slot and no more.
        #expect(schedule.next() != nil)
    }

    @Test(arguments: [
        (1, 8, [8]), (2, 8, [4, 4]), (3, 8, [2, 2, 2]), (12, 8, [1, 1, 1, 1, 1, 1, 1, 1]), (1, 1, [1]),
    ])
    func `slots that no other step can use are for the step that runs`(services: Int, slots: Int, jobs: [Int]) {
        let names = (0..<services).map { ServiceName(stringLiteral: "s\($0)") }
        var schedule = Schedule(
            names.map { Work(name: $0, steps: [.build], needs: [], weight: 1) }
                + [Work(name: "last", steps: [.build], needs: names, weight: 1)], in: Room(cpu: slots))
        var shares: [Int] = []
        while let step = schedule.next() { shares.append(schedule.innerJobs(of: step)) }
        #expect(shares == jobs)
    }

    @Test func `recorded durations decide what is urgent, and the median stands for what nobody knows`() {
        let durations = Durations([
            "a": ["build": 10, "test": 500], "b": ["build": 30, "test": 100], "c": ["build": 20],
            "liar": ["build": .max, "test": .min, "lunch": 5],
        ])
        #expect(durations.milliseconds(Step("a", .test)) == 500)
        #expect(durations.milliseconds(Step("c", .test)) == 100)
        #expect(durations.milliseconds(Step("new", .build)) == 30)
        #expect(durations.milliseconds(Step("new", .image)) == 30)
        #expect(Durations([:]).milliseconds(Step("new", .image)) == 1000)
        #expect(durations.milliseconds(Step("liar", .build)) == Durations.range.upperBound)
        var schedule = Schedule(
            ["b", "c", "a"].map { Work(name: $0, steps: [.build, .test], needs: [], weight: 1).expecting(durations) })
        #expect([schedule.next(), schedule.next(), schedule.next()].map { $0?.service } == ["a", "b", "c"])
    }

    @Test func `a list that contradicts itself is carried out as far as it makes sense`() {
        var schedule = Schedule([
            Work(name: "a", steps: [.build], needs: ["b"], weight: .max),
            Work(name: "b", steps: [.build], needs: ["a"], weight: .min),
            Work(name: "c", steps: [.build, .build], needs: ["c2", "nobody"], weight: 1),
            Work(name: "c", steps: [.test], needs: [], weight: 1),
        ])
        #expect(drain(&schedule).map(\.description) == ["c.build"])
        #expect(schedule.finished(Step("a", .build), isGood: true).isEmpty)
    }

    // MARK: - Properties

    @Test(arguments: [false, true])
    func `1,000 random runs: nothing too early, too much, twice or never`(pooled: Bool) {
        var generator = Seeded(state: pooled ? 43 : 42)
        for _ in 0..<1000 {
            let run = RandomRun(&generator, pooled: pooled, failing: true)
            let result = Simulation(run)
            #expect(result.faults.isEmpty)
            #expect(result == Simulation(run))
            #expect(result.settled.sorted() == run.works.filter { !$0.steps.isEmpty }.map(\.name).sorted())
            let failedBuilds = run.failing.intersection(result.begun).filter { $0.kind == .build }.map(\.service)
            let dependents = failedBuilds.reduce(into: Set<ServiceName>()) { $0.formUnion(run.dependents(of: $1)) }
            #expect(Set(result.skipped.keys) == dependents.filter { run.work(of: $0)?.steps.isEmpty == false })
            for (name, because) in result.skipped { #expect(run.work(of: name)?.needs.contains(because) == true) }
            // What neither failed nor needs what failed is done to its last step.
            let red = run.failing.intersection(result.begun)
            for work in run.works where !dependents.contains(work.name) {
                let done = result.begun.filter { $0.service == work.name }.map(\.kind)
                let end = work.steps.firstIndex { red.contains(Step(work.name, $0)) }
                #expect(done == Array(work.steps.prefix(end.map { $0 + 1 } ?? work.steps.count)))
            }
        }
    }

    /// Bounds: no schedule is shorter than the longest chain or than the work shared among the slots; Graham's bound
    /// holds for every list schedule; the comparator is the list schedule that takes the longest step first.
    @Test func `1,000 random runs take hardly longer than they must`() {
        var generator = Seeded(state: 44)
        var sums = (own: 0.0, bound: 0.0, longestFirst: 0.0)
        var worst = 0.0
        for _ in 0..<1000 {
            let run = RandomRun(&generator, pooled: false, failing: false)
            guard !run.steps.isEmpty else { continue }
            let own = Double(Simulation(run).makespan)
            let longestFirst = Double(Simulation.longestFirst(run))
            sums = (sums.own + own, sums.bound + run.bound, sums.longestFirst + longestFirst)
            worst = max(worst, own / longestFirst)
            let longest = Double(StepGraph(run.works).priorities.max() ?? 0)
            let total = Double(run.steps.map(run.duration).reduce(0, +))
            let slots = Double(run.room.cpu)
            #expect(own <= total / slots + longest * (1 - 1 / slots) + 0.001)
        }
        #expect(sums.own <= 1.1 * sums.bound, "\(sums.own / sums.bound)")
        #expect(sums.own <= sums.longestFirst, "\(sums.own / sums.longestFirst)")
        #expect(worst <= 1.1, "\(worst)")
    }

    @Test func `10,000 services in a chain, in a star and side by side are no matter`() {
        let names = (0..<10_000).map { ServiceName(stringLiteral: "s\($0)") }
        let chain = names.indices.map {
            Work(name: names[$0], steps: [.build, .test], needs: Array(names[max(0, $0 - 1)..<$0]), weight: 1)
        }
        var star = names.dropFirst().map {
            Work(name: $0, steps: [.build, .test, .image], needs: [names[0]], weight: 1)
        }
        star.append(Work(name: names[0], steps: [.build], needs: [], weight: 1))
        for works in [chain, star] {
            var schedule = Schedule(works, in: Room(cpu: 8))
            #expect(drain(&schedule).count == works.map(\.steps.count).reduce(0, +))
            var failed = Schedule(works, in: Room(cpu: 8))
            #expect(drain(&failed, failing: [Step(names[0], .build)]).count == 1)
            #expect(failed.skipped.count == 9999)
        }
        let pooled = names.map { name in
            var work = Work(name: name, steps: [.build, .test], needs: [], weight: 1)
            work.demand.pools = ["docker", "port:\(name)"]
            return work
        }
        var schedule = Schedule(pooled, in: Room(cpu: 8))
        #expect(drain(&schedule).count == 20_000)
    }
}
