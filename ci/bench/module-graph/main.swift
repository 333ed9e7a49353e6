import Git
import Glibc
import Pipeline

// module-graph REPOSITORY: how many modules and needs its build files name.

guard CommandLine.arguments.count == 2 else {
    print("usage: module-graph REPOSITORY")
    exit(64)
}
let repository = try Repository(at: CommandLine.arguments[1])
let tree = repository.tree(try repository.facts().tree)
var interest = SiftingInterest()
interest.initials = Set("bsPpgCDr".utf8)
interest.finals = Set("e".utf8)
interest.isNamed = { BuildFiles.isRead($0) }
let found = try tree.sift(.root, with: Sieve(rules: [], rest: .build, holes: []), interest: interest)
let files = Dictionary(found.named.map { ($0.path, $0) }) { first, _ in first }
let graph = try ModuleGraph(
    reading: BuildTree(
        files: Array(files.keys), content: { path in try files[path].flatMap { try tree.content(of: $0) } },
        names: { folder in try tree.names(in: folder)?.map { ($0.name, $0.entry.mode == .folder) } }))
print("\(graph.modules.count) modules, \(graph.edges.count) needs")
