import Disk
import Glibc
import Pipeline
import Signing
import SystemPackage

// classify-sql LIST: what migrations do, each on its own; LIST names a file a line. Prints a line of JSON for each.
// classify-sql --repeat N LIST: the same N times without telling of it, to be measured.
// classify-sql --fuzz N LIST: N scripts made of torn pieces of these, none of which may end the program.

let arguments = Array(CommandLine.arguments.dropFirst())
let mode = arguments.count == 3 ? arguments[0] : ""
guard arguments.count == 1 || ["--repeat", "--fuzz"].contains(mode), let list = arguments.last,
    let times = mode.isEmpty ? 1 : Int(arguments[1])
else {
    print("usage: classify-sql [--repeat N | --fuzz N] LIST")
    exit(64)
}
let names = String(decoding: try FilePath(list).contents(), as: UTF8.self).split(separator: "\n").map(String.init)
let files = try names.map { (name: $0, content: try FilePath($0).contents()) }

func migration(_ content: [UInt8], _ name: String = "") -> Migration {
    Migration(script: content, at: Path(bytes: Array(name.utf8)), hash: Digest.sha256)
}

/// Pieces of scripts, some of their bytes changed, in an order that follows from a seed.
struct Tearing {
    private var seed: UInt64 = 0x5EED
    private let signs = Array("'\"$();,-/*\\.\0 \n[]{}eE".utf8)

    mutating func next(_ count: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(truncatingIfNeeded: seed >> 33) % max(count, 1)
    }

    mutating func script(of pieces: [[UInt8]]) -> [UInt8] {
        var script: [UInt8] = []
        for _ in 0...next(3) {
            let piece = pieces[next(pieces.count)]
            let start = next(piece.count)
            script += piece[start..<min(piece.count, start + next(200))]
        }
        for _ in 0..<next(6) where !script.isEmpty { script[next(script.count)] = signs[next(signs.count)] }
        return script
    }
}

switch mode {
case "--repeat":
    for _ in 0..<times { for file in files { _ = migration(file.content) } }
case "--fuzz":
    var tearing = Tearing()
    let pieces = files.map(\.content)
    var unknown = 0
    for _ in 0..<times where migration(tearing.script(of: pieces)).phase == .unknown { unknown += 1 }
    print("\(times) scripts, of which \(unknown) are not wholly understood")
default:
    for file in files {
        let migration = migration(file.content, file.name)
        let line: [String: JSON] = [
            "file": .string(file.name), "findings": try JSON(encoding: migration.findings),
            "tables": try JSON(encoding: migration.tables), "phase": .string(migration.phase.rawValue),
        ]
        print(JSON.object(line).canonicalText)
    }
}
