import Fixtures
import Pipeline
import SystemPackage
import Testing

@testable import Execution

/// Logs are packed when they are done, and read as they were.
struct CommandLogTests {
    private func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) } }

    private func whole(_ log: CommandLog) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try log.readChunks {
            bytes += $0
            return true
        }
        return bytes
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 1 << 20, 3 << 20, (3 << 20) + 17])
    func `what is read is the same before and after, and to gzip itself`(count: Int) async throws {
        try await withTemporaryFolder { folder in
            let log = CommandLog(at: folder.appending("a.log"))
            let expected = text(count)
            try log.path.put(.init(expected))
            let (plain, plainEnd) = (try whole(log), try log.tail(5000))
            try log.pack()
            #expect(try folder.children == ["a.log.gz"])
            let (packed, packedEnd) = (try whole(log), try log.tail(5000))
            #expect(plain == expected && packed == expected)
            #expect(plainEnd == expected.suffix(5000) && packedEnd == plainEnd)
            let said = try await run("gzip", ["-dc", log.packed.string])
            #expect(said.exit == 0 && said.errors.isEmpty)
            let sums = try await sh("gzip -dc a.log.gz | cksum", in: folder)
            try folder.appending("again").put(.init(expected))
            #expect(try await sh("cksum < again", in: folder) == sums)
        }
    }

    @Test func `a reader that has enough is given no more`() async throws {
        try await withTemporaryFolder { folder in
            let log = CommandLog(at: folder.appending("a.log"))
            try log.path.put(.init(text(5 << 20)))
            try log.pack()
            var pieces = 0
            try log.readChunks { _ in
                pieces += 1
                return false
            }
            #expect(pieces == 1)
        }
    }

    @Test func `a log that is not there, damaged, or no log is an error`() async throws {
        try await withTemporaryFolder { folder in
            let log = CommandLog(at: folder.appending("a.log"))
            #expect(throws: ExecutionError.self) { try whole(log) }
            #expect(throws: ExecutionError.self) { try log.tail(10) }
            try log.path.put(.init(text(3000)))
            try log.pack()
            let good = try [UInt8](FileBytes.of(log.packed))
            for cut in [1, 19, 20, 30, good.count - 1] {
                try log.packed.put(.init(good.prefix(cut)))
                #expect(throws: ExecutionError.damagedLog(log.packed.string), "\(cut)") { try whole(log) }
                #expect(throws: ExecutionError.damagedLog(log.packed.string), "\(cut)") { try log.tail(10) }
            }
            for place in [0, 3, 16, 25, good.count - 2] {
                var bad = good
                bad[place] ^= 0x55
                try log.packed.put(.init(bad))
                #expect(throws: ExecutionError.self, "\(place)") { try whole(log) }
            }
        }
    }
}

private enum FileBytes {
    static func of(_ path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter {
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
            return Array(bytes.prefix(count))
        }
    }
}
