import Fixtures
import Foundation
import SystemPackage
import Testing

/// Whatever happens in a repository: a service is selected exactly when what it is made of is nothing that was recorded.
struct SelectionOracleTests {
    /// What is known of each service at each commit, so that it is found out once.
    private struct Memory {
        var contents: [String: SelectionOracle.Tree] = [:]

        mutating func contents(of name: String, at commit: String, _ tree: SelectionOracle.Tree)
            -> SelectionOracle.Tree
        {
            let place = "\(commit) \(name)"
            if let known = contents[place] { return known }
            let found = SelectionOracle(SelectionHistory.services, tree).contents(of: name)
            contents[place] = found
            return found
        }
    }

    /// The commits of the stable records of each service.
    private func recorded(_ history: SelectionHistory) async throws -> [String: Set<String>] {
        let said = try await history.world.slipway("record", "list", "--json")
        return try JSONDecoder().decode([RecordAnswer].self, from: Data(said.output.utf8)).reduce(into: [:]) {
            if $1.verdict.state == "stable" { $0[$1.service.name, default: []].insert($1.source.commit) }
        }
    }

    /// Compares the selection of the work tree with what the oracle says; false when they differ.
    private func agrees(
        _ history: SelectionHistory, _ records: [String: Set<String>], _ memory: inout Memory, _ seed: UInt64
    ) async throws -> Bool {
        let tree = try history.tree
        let oracle = SelectionOracle(SelectionHistory.services, tree)
        let plan = try await history.world.plan()
        var isGood = true
        for service in SelectionHistory.services {
            let now = oracle.contents(of: service.name)
            var nearest: [String]?
            for commit in (records[service.name] ?? []).sorted() {
                guard let then = history.trees[commit] else { continue }
                let before = memory.contents(of: service.name, at: commit, then)
                let differences = Set(now.keys).union(before.keys).filter { now[$0] != before[$0] }.sorted()
                if nearest.map({ differences.count < $0.count }) ?? true { nearest = differences }
            }
            let isNew = nearest?.isEmpty != true
            let isSelected = plan[service.name]?.selected == true
            isGood = isGood && isNew == isSelected
            #expect(
                isSelected == isNew,
                "\(service.name), seed \(seed): selected \(isSelected), differs in \(nearest ?? ["everything"])\n\(history.story.suffix(8).joined(separator: "\n"))"
            )
        }
        return isGood
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `what is selected is what an oracle finds changed, whatever happens`(seed: UInt64) async throws {
        try await withTemporaryFolder { folder in
            var history = try await SelectionHistory(seed: seed, in: folder)
            var memory = Memory()
            var records: [String: Set<String>] = [:]
            for step in 0..<13 {
                if step > 0 {
                    // What nobody committed is keyed as its commit will be.
                    let isDirty = try await history.step()
                    guard try await agrees(history, records, &memory, seed) else { return }
                    if isDirty { try await history.commit() }
                }
                guard step == 0 || history.decide(3) else { continue }
                let names = step == 0 ? [] : history.someServices()
                let said = try await history.world.slipway(["run"] + names)
                #expect(said.exit == 0, "seed \(seed): \(said.errors)")
                records = try await recorded(history)
                let left = try await history.world.selected()
                #expect(
                    names.isEmpty ? left.isEmpty : left.keys.allSatisfy { !names.contains($0) },
                    "seed \(seed): still selected \(left)\n\(said.errors)")
            }
        }
    }
}
