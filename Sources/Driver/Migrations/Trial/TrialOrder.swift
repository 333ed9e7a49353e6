import Disk
import Execution
import Pipeline
import Signing
import SystemPackage

/// The new migrations of one service, to be tried on a database of their own.
struct TrialOrder: Sendable {
    let survey: Survey
    let service: Service
    let settings: MigrationTrial
    let facts: MigrationFacts
    let legs: TrialLegs
    /// What commands of the service see.
    let environment: [String: String]
    let folder: RunFolder
    let redaction: Redaction?

    /// Makes a server, applies what was released and then what is new, and tells what that made of the catalog.
    ///
    /// Whatever keeps it from that is part of the answer: a trial that was asked for and did not take place is no proof.
    func carryOut() async -> MigrationFacts.Trial {
        do {
            let inputs = try inputs()
            let programs = try PostgresPrograms(survey.request.environment)
            return try await TrialServer.using(
                programs, TrialTraces(survey.workspace), log: log("trial"), timeout: service.recipe.timeout
            ) { server in
                try await TrialPassage(order: self, server: server, system: server.system()).run(
                    inputs.released, inputs.new)
            }
        } catch let refusal as TrialInput.Refusal {
            var trial = MigrationFacts.Trial(unmade: refusal.mishap.sentence)
            if case .refused(let mishap) = refusal { (trial.errors, trial.problem) = ([mishap], nil) }
            return trial
        } catch is CancellationError {
            return .init(unmade: "it was interrupted").repeatable
        } catch {
            let trial = MigrationFacts.Trial(unmade: error.sentence)
            return (error as? TrialError)?.isOfContent == true ? trial : trial.repeatable
        }
    }

    /// Where the output of a command of the trial goes.
    func log(_ name: String) -> FilePath {
        folder.log(of: Step(service.name, .test)).removingLastComponent().appending("\(service.name).\(name).log")
    }

    private func inputs() throws -> (released: TrialInput, new: TrialInput) {
        if let base = facts.base, facts.findings.contains(where: { $0.rule == MigrationRule.baseMissing.rawValue }) {
            throw TrialError.noRelease(base.version)
        }
        let placeholders = settings.placeholders ?? [:]
        let released: TrialInput
        do {
            released = try TrialInput(legs.released, placeholders: placeholders)
        } catch {
            // What was released cannot be changed any more, so it tells nothing of what is new.
            throw TrialInput.Refusal.unsupported(error.mishap)
        }
        return (released, try TrialInput(legs.new, placeholders: placeholders))
    }
}

/// One trial on its way.
private struct TrialPassage {
    let order: TrialOrder
    let server: TrialServer
    let system: String

    func run(_ released: TrialInput, _ new: TrialInput) async throws -> MigrationFacts.Trial {
        if let path = order.settings.setup {
            let file = order.survey.root.appending(FilePath(bytes: path.bytes).components)
            let answer = try await server.carryOut(file: file)
            guard answer.ending == .exited(0) else { throw TrialError.setup(path, answer.complaint) }
        }
        if let mishap = try await mishap(of: released) {
            let text = "what was released cannot be applied to an empty database: \(mishap.sentence)"
            return .init(unmade: text, by: system)
        }
        let before = try await picture(order.legs.released.home)
        var trial = MigrationFacts.Trial(system: system, applied: true, findings: [], previousTests: nil)
        if let mishap = try await mishap(of: new) {
            (trial.applied, trial.errors) = (false, [mishap])
            return trial
        }
        let comparison = CatalogComparison(from: before, to: try await picture(order.legs.new.home))
        (trial.findings, trial.difference) = (comparison.findings(hash: Digest.sha256), comparison.difference)
        guard let command = order.settings.previousTests, let base = order.facts.base else { return trial }
        do {
            trial.previousTests = try await order.testPrevious(command, base, on: server)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            trial.problem = error.sentence
            trial.mayBeRepeated = true
        }
        return trial
    }

    private func mishap(of input: TrialInput) async throws -> MigrationFacts.Trial.Mishap? {
        let answer = try await server.carryOut(input.bytes)
        if case .timedOut(let limit) = answer.ending {
            let place = input.mishap(output: answer.output, errors: [])
            return .init(place?.path, line: place?.line, "was not done after \(limit)")
        }
        return input.mishap(output: answer.output, errors: answer.errors)
    }

    private func picture(_ home: String?) async throws -> CatalogPicture {
        let answer = try await server.ask(CatalogPicture.query)
        guard answer.ending == .exited(0) else { throw TrialError.failed("psql", answer.complaint) }
        return try CatalogPicture(answer.output, home: home)
    }
}

extension MigrationFacts.Trial {
    /// The same, which another run may make.
    fileprivate var repeatable: Self {
        var trial = self
        trial.mayBeRepeated = true
        return trial
    }
}

extension TrialServer {
    /// The name of the system and its version, without what packagers add.
    fileprivate func system() async throws -> String {
        let answer = try await ask("SHOW server_version")
        let version = String(decoding: answer.output, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
        return "PostgreSQL \(version ?? "")"
    }
}

extension Inquiry.Answer {
    /// What psql says went wrong.
    fileprivate var complaint: String {
        DatabaseError(String(decoding: errors, as: UTF8.self))?.message.printable ?? ending.summary
    }
}
