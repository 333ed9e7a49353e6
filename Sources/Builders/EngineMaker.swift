import AsyncHTTPClient
import Disk
import Execution
import NIOCore
import NIOHTTP1
import OCI
public import Pipeline
import SystemPackage

/// A Docker engine, spoken to over its socket.
public struct EngineMaker: ImageMaker {
    private let address: EngineAddress
    private let settings: Settings
    public let name: String

    /// How a build is asked for here; what works is found out by trying.
    struct Settings: Equatable, Sendable {
        /// 1: the classic builder; 2: BuildKit.
        var builder: Int
        /// Empty: as the engine likes.
        var network: String

        /// What is tried, the best first.
        static func ladder(in environment: [String: String]) -> [Settings] {
            let builders = ["0": [1], "1": [2]][environment["DOCKER_BUILDKIT"] ?? ""] ?? [2, 1]
            return builders.flatMap { builder in ["", "host"].map { Settings(builder: builder, network: $0) } }
        }
    }

    init(_ address: EngineAddress, _ settings: Settings, name: String) {
        (self.address, self.settings, self.name) = (address, settings, name)
    }

    public func build(_ order: BuildOrder, above base: [Digest]) async throws -> BuiltArchive {
        guard order.secrets.isEmpty || settings.builder == 2 else {
            throw BuilderError.noSecrets(name, order.secrets.keys.sorted())
        }
        return try await address.withConnections { http in
            let calls = try await EngineCalls(http, address)
            do {
                let built = try await within(order.story.timeout) { try await make(order, base, calls) }
                try await Self.tidy(calls, order.mark)
                return built
            } catch {
                // Where the engine is gone, the next run removes what is left.
                do { try await Self.tidy(calls, order.mark) } catch {}
                throw error
            }
        }
    }

    /// Ends the build when its time is over; an engine knows no limit itself.
    private func within(
        _ limit: Seconds, _ build: @escaping @Sendable () async throws -> BuiltArchive
    ) async throws -> BuiltArchive {
        try await withThrowingTaskGroup(of: BuiltArchive?.self) { group in
            group.addTask { try await build() }
            group.addTask {
                try await Task.sleep(for: .seconds(limit.count))
                return nil
            }
            defer { group.cancelAll() }
            guard let built = try await group.next() ?? nil else {
                throw BuilderError.failed(name, reason: Ending.timedOut(after: limit).summary)
            }
            return built
        }
    }

    private func make(_ order: BuildOrder, _ base: [Digest], _ calls: EngineCalls) async throws -> BuiltArchive {
        for (_, stream) in order.bases.sorted(by: { $0.key < $1.key }) {
            var story = EngineStory()
            try await calls.send(stream, to: "/images/load", [("quiet", "1")]) { _ = story.feed($0) }
            _ = story.finish()
            if let error = story.error { throw BuilderError.failed(name, reason: error.printable) }
        }
        var log = try StoryLog(at: order.story.log, hiding: order.story.redaction)
        do {
            if order.secrets.isEmpty {
                try await follow(order, calls, session: "", &log)
            } else {
                let session = EngineSession(address: address, version: calls.version, secrets: order.secrets)
                try await session.with { try await follow(order, calls, session: $0, &log) }
            }
            try log.finish()
        } catch {
            try log.finish()
            throw error
        }
        try order.scratch.makeFolders()
        var spool = ArchiveSpool(in: order.scratch, base: base)
        try await calls.read("/images/\(order.mark.image)/get") { try spool.feed($0) }
        return try spool.image(above: base, of: name)
    }

    private func follow(
        _ order: BuildOrder, _ calls: EngineCalls, session: String, _ log: inout StoryLog
    ) async throws {
        let file = ".slipway-\(order.mark.build).dockerfile"
        let none = TarStream.holding(file, order.dockerfile, modified: order.modified)
        let stream = try order.context?.archive(dockerfile: order.dockerfile, named: file) ?? none
        let arguments = JSON.object(order.arguments.mapValues(JSON.string)).canonicalText
        let query = [
            ("dockerfile", file), ("t", order.mark.image), ("version", "\(settings.builder)"), ("rm", "1"),
            ("forcerm", "1"), ("networkmode", settings.network), ("buildargs", arguments), ("session", session),
        ].filter { !$0.1.isEmpty }
        var story = EngineStory()
        do {
            try await calls.send(stream, to: "/build", query) { try log.take(story.feed($0)) }
        } catch let error as BuilderError {
            guard case .away = error else { throw error }
            throw BuilderError.cutOff(name)
        }
        try log.take(story.finish())
        if let error = story.error {
            // What a daemon says last when it is told to stop, while nobody stopped the build.
            let isStopping = error.contains("context canceled") || error.contains("is closing")
            throw isStopping && !Task.isCancelled
                ? BuilderError.cutOff(name) : BuilderError.failed(name, reason: error.printable)
        }
        guard story.image != nil else { throw BuilderError.cutOff(name) }
    }

    // MARK: - Tidying

    /// Removes what builds left: images by their labels and names, and nothing else.
    ///
    /// A container of a build that was just ended may hold one of them for a moment.
    static func tidy(_ calls: EngineCalls, _ mark: BuildMark) async throws {
        try await remove(calls, label: "\(BuildMark.buildLabel)=\(mark.build)") { $0.hasSuffix(":\(mark.build)") }
    }

    private static func remove(
        _ calls: EngineCalls, label: String, _ isOurs: (String) -> Bool
    ) async throws {
        for _ in 0..<40 {
            let left = try await leftovers(calls, label: label, isOurs)
            if left.isEmpty { return }
            for image in left { _ = try await calls.insist(.DELETE, "/images/\(image)") }
            if try await leftovers(calls, label: label, isOurs).isEmpty { return }
            try await calls.pause(.milliseconds(100))
        }
    }

    private static func leftovers(
        _ calls: EngineCalls, label: String, _ isOurs: (String) -> Bool
    ) async throws -> [String] {
        let filter = JSON.object(["label": .array([.string(label)])]).canonicalText
        let marked = try await calls.insist(.GET, "/images/json", [("all", "1"), ("filters", filter)])
        let all = try await calls.insist(.GET, "/images/json")
        let lists = try [marked, all].map {
            try JSON(parsing: $0.body, profile: .lenient.limited(to: 16 << 20)).array ?? []
        }
        let names = lists[1].flatMap { $0["RepoTags"]?.array ?? [] }.compactMap(\.string)
            .filter { $0.hasPrefix("slipway.invalid/") && isOurs($0) }
        return names + lists[0].compactMap { $0["Id"]?.string }
    }

    /// The same for all builds of a checkout.
    static func sweep(_ address: EngineAddress, root: String) async throws {
        try await address.withConnections { http in
            let calls = try await EngineCalls(http, address)
            let prefix = BuildMark.prefix(of: root)
            try await remove(calls, label: "\(BuildMark.rootLabel)=\(root)") { $0.hasPrefix(prefix) }
        }
    }
}

extension TarStream {
    /// An archive with one file.
    static func holding(_ name: String, _ text: String, modified: Timestamp) -> TarStream {
        var stream = TarStream(modified: modified)
        stream.add(name, Array(text.utf8))
        stream.end()
        return stream
    }
}
