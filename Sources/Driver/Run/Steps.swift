import Execution
import OCI
import Pipeline
import Registry

extension Run {
    /// Whatever goes wrong is a result: only our own bugs are thrown.
    func attempt(_ step: Step, after progress: Progress, with tools: Tools, environment: StepEnvironment) async
        -> Advance
    {
        let clock = ContinuousClock()
        let began = clock.now
        func wall() -> Int64 { (clock.now - began).milliseconds }
        do {
            switch step.kind {
            case .build:
                guard let command = service(step.service).recipe.build else { break }
                let conclusion = try await execute(step, command, tools, environment)
                return Advance(result: try result(step, conclusion, wallMs: wall()))
            case .test:
                guard let command = service(step.service).recipe.test else { break }
                return try await test(step, command, tools, environment, wall)
            case .image, .push:
                // What was edited meanwhile is in nobody's commit, and gets no name.
                guard try !isVoid(step.service, tools) else { throw RunError.editedMeanwhile }
                return try await pack(step, progress, tools, wall)
            }
            preconditionFailure("\(step) was planned and has nothing to do")
        } catch {
            let ending = Self.ending(of: error)
            return Advance(result: StepResult(step.kind, ending, wallMs: wall(), log: imageLog(of: step)))
        }
    }

    private func pack(_ step: Step, _ progress: Progress, _ tools: Tools, _ wall: () -> Int64) async throws -> Advance {
        let orders = try orders(for: step.service)
        guard step.kind == .push else {
            var images: [BuiltImage] = []
            for order in orders { images.append(try await tools.assemble(order)) }
            for note in images.flatMap(\.notes) { tools.report(.note("\(step.service): \(note)")) }
            return Advance(result: StepResult(.image, .done, wallMs: wall(), log: imageLog(of: step)), images: images)
        }
        var tags: [[ImageTag]] = []
        for (order, image) in zip(orders, progress.images) { tags.append(try await tools.push(order, image)) }
        return Advance(result: StepResult(.push, .done, wallMs: wall()), tags: tags)
    }

    func execute(
        _ step: Step, _ command: Command, attempt: Int = 1, _ tools: Tools, _ environment: StepEnvironment
    ) async throws -> Conclusion {
        if attempt == 1 { tools.report(.stepStarted(step, command: command.arguments)) }
        let service = service(step.service)
        if service.conditions.hasScratchHome { try folder.scratch(of: service.name).prepare() }
        var invocation = invocation(step, command, environment: environment)
        if attempt > 1 { invocation = again(invocation, step, attempt) }
        if let order = try containerOrder(step, invocation) { return try await tools.contain(order) }
        return try await tools.run(invocation)
    }

    /// What a command came to, with what it used.
    func result(_ step: Step, _ conclusion: Conclusion, wallMs: Int64) throws -> StepResult {
        var result = StepResult(step.kind, conclusion.ending, wallMs: wallMs, log: try folder.logName(of: step))
        (result.cpuMs, result.peakKB) = (conclusion.cpuMs, conclusion.peakKB)
        return result
    }

    private static func ending(of error: any Error) -> Ending {
        guard !(error is CancellationError) else { return .interrupted }
        guard let failure = error as? any Failure else { return .failed("\(error)", hint: nil) }
        if case .tagTaken = error as? RegistryError { return .refused(failure.description, hint: failure.hint) }
        return failure.fault == .environment
            ? .unavailable(failure.description, hint: failure.hint) : .failed(failure.description, hint: failure.hint)
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
