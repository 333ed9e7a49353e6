import Disk
import Execution
import OCI
public import Pipeline
public import SystemPackage

/// Finds a builder on this machine: the first that carries out a RUN line, of those that may be used.
///
/// What was found out by trying is kept in a file, for the same version of the same program only.
public struct BuilderSearch: Sendable {
    private let environment: [String: String]
    /// Where it is kept what works; what cannot be read there is found out anew.
    private let memory: FilePath
    /// Where trials are made.
    private let scratch: FilePath
    private let root: String

    public init(environment: [String: String], memory: FilePath, scratch: FilePath, root: String) {
        (self.environment, self.memory, self.scratch, self.root) = (environment, memory, scratch, root)
    }

    /// A builder, and what one should know about it.
    public struct Found: Sendable {
        public let maker: any ImageMaker
        public let kind: BuilderKind
        public let warning: String?
    }

    /// The first of these kinds that works, and can be given secrets where a build needs some.
    ///
    /// Throws what was found of each when none does.
    public func first(of kinds: [BuilderKind], mounting secrets: [String] = []) async throws -> Found {
        var found: [String] = []
        for kind in kinds {
            do {
                return kind == .docker ? try await engine(secrets) : try await program(kind)
            } catch let error as BuilderError {
                if kinds.count == 1 { throw error }
                found.append(error.description)
            }
        }
        throw BuilderError.none(found)
    }

    // MARK: - Docker

    private func engine(_ secrets: [String]) async throws -> Found {
        let address = try EngineAddress(in: environment)
        let info = try await address.withConnections { http in
            let calls = try await EngineCalls(http, address)
            return try await calls.json("/info")
        }
        let version = info["ServerVersion"]?.string ?? "of no version"
        let title = "docker \(version.printable)"
        let ladder = EngineMaker.Settings.ladder(in: environment).filter { secrets.isEmpty || $0.builder == 2 }
        if ladder.isEmpty { throw BuilderError.noSecrets("\(title) (classic)", secrets) }
        let tool = "\(title) at \(address.text), \(ladder.map { "\($0.builder)" }.joined())"
        let makers = ladder.map { settings in
            let name = settings.builder == 2 ? "\(title) (BuildKit)" : "\(title) (classic)"
            return (key: "\(settings.builder) \(settings.network)", maker: EngineMaker(address, settings, name: name))
        }
        let maker = try await working(makers.map { ($0.key, $0.maker as any ImageMaker) }, tool)
        return Found(
            maker: maker, kind: .docker, warning: Self.warning(title, storage: info["Driver"]?.string, factor: 17))
    }

    // MARK: - Programs

    private func program(_ kind: BuilderKind) async throws -> Found {
        let program = kind.rawValue
        let own = environment.filter { ProgramMaker.ownVariables.contains($0.key) }
        let answer = try await Inquiry([program, "--version"], in: "/", environment: own).ask()
        if answer.ending == .interrupted { throw CancellationError() }
        guard answer.ending == .exited(0) else { throw BuilderError.away(program, reason: "not installed") }
        let words = String(decoding: answer.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let version = words.count > 2 ? String(words[2]).printable : "of no version"
        let title = "\(program) \(version)"
        let storage = try await storage(program, own)
        let makers = [[], ["--isolation", "chroot"]].map { isolation in
            let name = isolation.isEmpty ? title : "\(title) (chroot)"
            let maker = ProgramMaker(program, isolation: isolation, environment: own, name: name)
            return (isolation.joined(separator: " "), maker as any ImageMaker)
        }
        let maker = try await working(makers, "\(title) with \(storage)")
        return Found(maker: maker, kind: kind, warning: Self.warning(title, storage: storage, factor: 12))
    }

    private func storage(_ program: String, _ own: [String: String]) async throws -> String {
        let answer = try await Inquiry([program, "info"], in: "/", environment: own).ask()
        if answer.ending == .interrupted { throw CancellationError() }
        guard answer.ending == .exited(0) else {
            let text = String(decoding: answer.errors, as: UTF8.self).split(whereSeparator: \.isNewline).last
            throw BuilderError.away(program, reason: String(text ?? "").printable)
        }
        // "GraphDriverName": "vfs", or graphDriverName: vfs.
        for line in String(decoding: answer.output, as: UTF8.self).split(whereSeparator: \.isNewline)
        where line.lowercased().contains("graphdrivername") {
            return line.split(separator: ":").last.map { $0.filter { $0.isLetter || $0.isNumber } } ?? ""
        }
        return "unknown storage"
    }

    /// How much longer builds took with vfs, which copies all files for each layer, than with overlay: measured with a base
    /// of 200 MB.
    private static func warning(_ title: String, storage: String?, factor: Int) -> String? {
        guard storage == "vfs" else { return nil }
        return "\(title) keeps its layers with vfs: builds take about \(factor) times as long as with overlay"
    }

    // MARK: - Trying

    /// The first that builds an image with a RUN line, as far as that is not known already.
    private func working(_ makers: [(String, any ImageMaker)], _ tool: String) async throws -> any ImageMaker {
        let known = try ProbeMemory(at: memory)
        if let key = known[tool], let maker = makers.first(where: { $0.0 == key }) { return maker.1 }
        var problem = ""
        for (key, maker) in makers {
            do {
                try await trial(maker)
                try known.keep(key, for: tool)
                return maker
            } catch let error as BuilderError {
                if problem.isEmpty { problem = error.description }
            }
        }
        throw BuilderError.away(makers.first?.1.name ?? tool, reason: "it cannot carry out RUN here: \(problem)")
    }

    private func trial(_ maker: any ImageMaker) async throws {
        let folder = scratch.appending("trial-\(UInt64.random(in: .min ... .max))")
        try folder.makeFolders()
        defer { folder.removeQuietly() }
        let mark = BuildMark(root: root, build: String(UInt64.random(in: .min ... .max), radix: 16))
        let marks = mark.labels.sorted { $0.key < $1.key }.map { "LABEL \($0.key)=\($0.value)\n" }.joined()
        let program = folder.appending("program")
        try program.makeFolders()
        try program.appending("probe").create(SmallestProgram.bytes, permissions: .init(rawValue: 0o755))
        let text = "FROM scratch\n\(marks)COPY probe /probe\nRUN [\"/probe\"]\n"
        var order = BuildOrder(
            mark, dockerfile: text, bases: [:], modified: Timestamp(seconds: 0), scratch: folder.appending("work"),
            story: .init(log: folder.appending("trial.log"), redaction: nil, timeout: Seconds(120)))
        order.context = try ContextFiles(
            of: Dockerfile(parsing: text, path: Path.root.appending("Dockerfile")),
            in: BuildContext(root: program), modified: Timestamp(seconds: 0))
        _ = try await maker.build(order, above: [])
    }

    /// Removes what builds of this checkout left that were killed.
    public func sweep(_ kind: BuilderKind) async throws {
        guard kind != .docker else { return try await EngineMaker.sweep(EngineAddress(in: environment), root: root) }
        let own = environment.filter { ProgramMaker.ownVariables.contains($0.key) }
        try ProgramMaker(kind.rawValue, isolation: [], environment: own, name: kind.rawValue).sweep(root: root)
    }
}

/// What was found out about builders, by trying.
struct ProbeMemory {
    private let file: FilePath
    private let entries: [String: String]

    init(at file: FilePath) throws {
        self.file = file
        let bytes = try file.contentsIfPresent(limit: 1 << 20) ?? []
        do {
            entries = try JSON(parsing: bytes, profile: .lenient)["works"]?.object?.compactMapValues(\.string) ?? [:]
        } catch {
            // Damaged: it is found out anew.
            entries = [:]
        }
    }

    subscript(_ tool: String) -> String? { entries[tool] }

    func keep(_ key: String, for tool: String) throws {
        let all = entries.merging([tool: key]) { $1 }
        let json = JSON.object(["schema": .integer(1), "works": .object(all.mapValues(JSON.string))])
        try file.removingLastComponent().makeFolders()
        try file.write(Array(json.prettyText.utf8))
    }
}

/// A program for this machine that ends at once with success, and needs nothing else: what a trial runs.
enum SmallestProgram {
    /// An ELF file of one segment (elf(5)).
    static var bytes: [UInt8] {
        #if arch(arm64)
            let machine: UInt8 = 0xB7
            // mov x0, 0; mov x8, 93 (exit); svc 0
            let code: [UInt8] = [0x00, 0x00, 0x80, 0xD2, 0xA8, 0x0B, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4]
        #else
            let machine: UInt8 = 0x3E
            // xor edi, edi; mov eax, 60 (exit); syscall
            let code: [UInt8] = [0x31, 0xFF, 0xB8, 0x3C, 0x00, 0x00, 0x00, 0x0F, 0x05]
        #endif
        func little(_ number: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
        }
        let address: UInt64 = 0x40_0000
        let size = UInt64(64 + 56 + code.count)
        let identity: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let head =
            identity + [2, 0, machine, 0, 1, 0, 0, 0] + little(address + 120, 8) + little(64, 8) + little(0, 8)
            + little(0, 4) + [64, 0, 56, 0, 1, 0, 64, 0, 0, 0, 0, 0]
        let segment =
            [1, 0, 0, 0, 5, 0, 0, 0] + little(0, 8) + little(address, 8) + little(address, 8) + little(size, 8)
            + little(size, 8) + little(0x1000, 8)
        return head + segment + code
    }
}
