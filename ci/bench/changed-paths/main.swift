import Git
import Glibc
import Pipeline

// changed-paths REPOSITORY OLD NEW: the paths that differ between two commits, a line each.

let arguments = CommandLine.arguments
guard arguments.count == 4 else {
    print("usage: changed-paths REPOSITORY OLD NEW")
    exit(64)
}
let repository = try Repository(at: arguments[1])
let old = try repository.commit(repository.commit(named: arguments[2])).tree
let new = try repository.commit(repository.commit(named: arguments[3])).tree
var lines: [UInt8] = []
try repository.tree(new).eachChange(since: old) { change in
    lines += change.path.bytes + [UInt8(ascii: "\n")]
    return true
}
var written = 0
while written < lines.count {
    let count = lines[written...].withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    guard count > 0 else { exit(75) }
    written += count
}
