internal import Pipeline
internal import Synchronization
internal import SystemPackage

extension ContainerEngine {
    /// Those that carry all these labels, dead or alive.
    public func containers(labelled labels: [String: String]) throws -> [String] {
        let filters = labels.sorted { $0.key < $1.key }.flatMap { ["--filter", "label=\($0.key)=\($0.value)"] }
        let errand = Errand(
            arguments: [program, "ps", "--all", "--quiet", "--no-trunc"] + filters, environment: environment)
        let answer = try errand.run()
        guard answer.ending == .exited(0) else { throw gone(answer) }
        return String(decoding: answer.output, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
            .filter(Self.isID)
    }

    /// Kills and removes containers, with the volumes that nobody named, whatever becomes of the task.
    ///
    /// When it returns they are gone, also when they were about to go.
    public func removeAtOnce(_ ids: [String]) throws {
        var left = ids
        for _ in 0..<5 where !left.isEmpty {
            let answer = try Errand(arguments: [program] + removal(of: left), environment: environment).run()
            if answer.ending == .exited(0) { return }
            left = try containers(labelled: [:]).filter(left.contains)
        }
        guard left.isEmpty else { throw ContainerError.engineAway(program, reason: "it keeps \(left[0].prefix(12))") }
    }

    /// The same, without holding a thread where there is time.
    func remove(_ ids: [String]) async throws {
        if !ids.isEmpty, !Task.isCancelled, try await ask(removal(of: ids)).ending == .exited(0) { return }
        try removeAtOnce(ids)
    }

    private func removal(of ids: [String]) -> [String] {
        // Podman asks first, and waits.
        ["rm", "--force", "--volumes"] + (kind == .podman ? ["--time", "0"] : []) + ids
    }

    /// Runs the client to its end.
    func ask(
        _ arguments: [String], in directory: FilePath = "/", handing variables: [String: String] = [:],
        within timeout: Seconds = Seconds(60)
    ) async throws -> Inquiry.Answer {
        var inquiry = Inquiry(
            [program] + arguments, in: directory, environment: environment(handing: variables))
        inquiry.timeout = timeout
        return try await inquiry.ask()
    }

    func state(of id: String) async throws -> ContainerState {
        let answer = try await ask(["inspect", "--type", "container", id])
        guard answer.ending != .interrupted else { throw CancellationError() }
        guard answer.ending == .exited(0), let state = try ContainerState(parsing: answer.output) else {
            throw gone(answer)
        }
        return state
    }

    func gone(_ answer: Inquiry.Answer) -> ContainerError {
        if case .exited = answer.ending { return .engineAway(program, reason: lastWords(answer.errors)) }
        return .engineAway(program, reason: answer.ending.summary)
    }

    static func isID(_ text: String) -> Bool { text.count >= 12 && text.allSatisfy(\.isHexDigit) }

    // MARK: - Starting

    /// How long it may take to fetch an image: no step is slower for it, as only commands have a deadline.
    private static let patience = Seconds(3600)

    /// Makes a container and starts it, leaving out what this machine cannot do.
    ///
    /// What was found out is kept: it is tried only until something ran. `start` runs what starts it; what that ended with
    /// is returned with the state afterwards.
    func launch<Started: Sendable>(
        _ draft: ContainerDraft, in directory: FilePath,
        start: (String) async throws -> Started
    ) async throws -> Launched<Started> {
        var first: (any Error)?
        for without in abstinence.withLock({ $0 }).map({ [$0] }) ?? Abstinence.ladder(of: kind) {
            let id: String
            do {
                id = try await create(draft, without, in: directory)
            } catch let error as ContainerError {
                guard case .notCreated = error else { throw error }
                first = first ?? error
                continue
            }
            do {
                let started = try await start(id)
                let state = try await state(of: id)
                let refusal = state.hasStarted ? nil : try await complaint(about: id, draft, state)
                guard case .engine(let error)? = refusal else {
                    abstinence.withLock { $0 = without }
                    guard case .command(let ending)? = refusal else { return Launched(id, started, state, nil) }
                    return Launched(id, started, state, ending)
                }
                first = first ?? error
            } catch {
                try await removeQuietly([id])
                throw error
            }
            try await remove([id])
        }
        throw first ?? ContainerError.notCreated(draft.image, reason: "no reason given")
    }

    /// What came of starting a container.
    struct Launched<Started: Sendable>: Sendable {
        let id: String
        let started: Started
        let state: ContainerState
        /// How the step ends, when its command could not be begun.
        let refused: Ending?

        init(_ id: String, _ started: Started, _ state: ContainerState, _ refused: Ending?) {
            (self.id, self.started, self.state, self.refused) = (id, started, state, refused)
        }
    }

    private enum Complaint {
        case command(Ending)
        case engine(ContainerError)
    }

    /// Why a container did not start.
    ///
    /// Podman tells it only to whoever starts it, so that it is tried once more.
    private func complaint(about id: String, _ draft: ContainerDraft, _ state: ContainerState) async throws -> Complaint
    {
        var text = state.error
        if text.isEmpty {
            let answer = try await ask(["start", id])
            text = answer.ending == .exited(0) ? "it started only when it was told twice" : lastWords(answer.errors)
        }
        if let word = draft.words.first, draft.workplace != nil,
            let ending = ContainerState.refusal(of: word, state, saying: text)
        {
            return .command(ending)
        }
        return .engine(.notStarted(draft.image, reason: text.printable))
    }

    private func create(
        _ draft: ContainerDraft, _ without: Abstinence, in directory: FilePath
    ) async throws -> String {
        if let path = draft.sources.map(\.string).first(where: { $0.contains(",") || $0.contains("\"") }) {
            throw ContainerError.unmountable(path)
        }
        let answer = try await ask(
            draft.arguments(for: self, without: without), in: directory, handing: draft.environment,
            within: Self.patience)
        guard answer.ending != .interrupted else { throw CancellationError() }
        let id = String(decoding: answer.output, as: UTF8.self).split(whereSeparator: \.isWhitespace).last
        if answer.ending == .exited(0), let id, Self.isID(String(id)) { return String(id) }
        guard case .exited = answer.ending else { throw gone(answer) }
        let known = try await ask(["image", "inspect", draft.image])
        if known.ending == .exited(0) { throw ContainerError.notCreated(draft.image, reason: lastWords(answer.errors)) }
        throw ContainerError.imageMissing(draft.image, engine: program, reason: lastWords(answer.errors))
    }

    /// Removes what an error is about to be told of: that comes first.
    private func removeQuietly(_ ids: [String]) async throws {
        do { try await remove(ids) } catch is ContainerError {}
    }
}
