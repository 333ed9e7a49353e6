import Disk
public import Pipeline
import Signing
public import SystemPackage

extension GateRequest {
    /// What a gate says, and what people have to know beside it.
    public struct Answer: Sendable {
        public var decisions: [Decision] = []
        /// The same as signed lines, where there is a key.
        var lines: [UInt8] = []
        public var notes: [String] = []
        /// Why candidates have no decision: a place did not answer, and the rest does not refuse them.
        var undecided: [any Failure] = []

        /// Of several answers the gravest.
        public var exit: Int32 {
            let order: [Int32] = [21, 20, 22, 0]
            return order.first { code in decisions.contains { $0.exit == code } } ?? 0
        }

        /// The same, when it can be given: no other evidence would make a refusal a lesser one.
        fileprivate func whole() throws -> Answer {
            if let first = undecided.first, !decisions.contains(where: \.isRefusal) { throw first }
            return self
        }
    }

    /// Policy, keys and evidence → decisions, a candidate each.
    ///
    /// They are kept in the first ledger folder, if there is one and `keeping` says so: a waiver is used by what is kept.
    /// Throws what a place failed with when that place could have said more than the others.
    public func decide(keeping: Bool = true) async throws -> Answer {
        let terms = try GateTerms(self)
        let (signer, remark) = try signing(terms)
        return try await connected { connections in
            let library = try await GateLibrary(self, terms, connections)
            var answer = Answer(notes: library.reading.missed.map(\.sentence) + remarks + [remark].compactMap(\.self))
            for candidate in candidates {
                let question = try terms.question(candidate, intent)
                let (evidence, missed) = try await evidence(about: candidate, question, from: library, connections)
                let line = { decision in
                    try signer.map { try DecisionFile.line(decision, of: candidate.image, by: $0) }
                }
                let keeping = Keeping(isWanted: keeping, isWhole: missed.isEmpty, line: line)
                let (decision, note) = try settle(question, evidence, keeping)
                answer.notes +=
                    missed.dropFirst(library.reading.missed.count).map(\.sentence) + [note].compactMap(\.self)
                if let first = missed.first, !decision.isRefusal {
                    answer.undecided.append(first.error)
                } else {
                    answer.decisions.append(decision)
                    answer.lines += try line(decision) ?? []
                }
            }
            return try answer.whole()
        }
    }

    /// What people should know before they rely on an answer.
    private var remarks: [String] {
        guard intent == .rollback, places.asksRegistry, places.folders.isEmpty, places.siblings.isEmpty else {
            return []
        }
        return ["what was deployed after it is known of the candidates only: name a ledger that has all (--records)"]
    }

    /// The key to sign with, and what is wrong with that.
    ///
    /// A key that merely lies about, such as that of builds, signs only what it may.
    private func signing(_ terms: GateTerms) throws -> (SigningKey?, remark: String?) {
        let isDemanded = terms.policy.policy.origin.decisions > 0
        guard let signer = try Keyring.signer(key, variables) else {
            let remark = "no key (\(Keyring.variable) or --key): the policy wants decisions signed"
            return (nil, isDemanded ? remark : nil)
        }
        let objection = candidates.lazy.compactMap { DecisionFile.objection(to: signer, of: $0, terms) }.first
        let remark = objection.map { "no gate will believe the signed decision: \($0)" }
        if key == nil, remark != nil { return (nil, isDemanded ? remark : nil) }
        return (signer, remark)
    }

    /// How a decision is kept.
    private struct Keeping {
        let isWanted: Bool
        /// Whether all evidence is there: else only a refusal is an answer.
        let isWhole: Bool
        let line: (Decision) throws -> [UInt8]?

        func keep(_ decision: Decision, in shelf: GateShelf) throws {
            guard isWanted, isWhole || decision.isRefusal else { return }
            try shelf.keep(decision, signed: line(decision))
        }
    }

    /// Judges and keeps; where there are waivers no other gate may count their uses meanwhile.
    private func settle(
        _ question: GateQuestion, _ evidence: GateEvidence, _ keeping: Keeping
    ) throws -> (Decision, String?) {
        func judged(_ kept: [Decision]) -> Decision {
            var evidence = evidence
            evidence.kept = kept
            return Decision(question, evidence, verifier: Builder.gate)
        }
        let shelves = places.folders.map { GateShelf($0) }
        guard let shelf = shelves.first else {
            let decision = judged([])
            let note = "no ledger folder: how often a waiver was used is known by what was deployed only"
            return (decision, decision.waived.isEmpty ? nil : note)
        }
        let countsUses = !evidence.waivers.isEmpty
        if countsUses, keeping.isWanted {
            return try shelf.alone {
                let decision = judged(try shelves.kept(of: question.service))
                try keeping.keep(decision, in: shelf)
                return (decision, nil)
            }
        }
        let isAskedBefore = countsUses || question.policy.deadline != nil
        let decision = judged(isAskedBefore ? try shelves.kept(of: question.service) : [])
        do {
            try keeping.keep(decision, in: shelf)
            return (decision, nil)
        } catch {
            return (decision, "the decision is not kept: \(error)")
        }
    }

    /// Whether a decision that was made before still holds; it may have to be signed whatever the policy says.
    public func check(_ file: FilePath, isSigned: Bool = false) async throws -> DecisionCheck {
        let terms = try GateTerms(self)
        guard let candidate = candidates.first else { throw GateError.noDigest("") }
        let wanted = max(terms.policy.policy.origin.decisions, isSigned ? 1 : 0)
        let handed = try DecisionFile.read(
            file, about: candidate.digest(), trusting: terms.trust.trust, isDemanded: wanted > 0)
        var question = try terms.question(candidate, handed.decision.intent)
        question.policy.origin.decisions = wanted
        return try await connected { connections in
            let library = try await GateLibrary(self, terms, connections)
            var evidence = GateEvidence(exhibits: [])
            (evidence.deployments, evidence.stated) = (library.deployments, library.stated)
            let check = DecisionCheck(of: handed, question, evidence)
            if let missed = library.reading.missed.first, ![20, 21].contains(check.exit) { throw missed.error }
            return check
        }
    }
}

extension Decision {
    /// Whether no evidence that is still missing could make a lesser answer of it.
    fileprivate var isRefusal: Bool { exit == 20 || exit == 21 }
}

extension GateRequest {
    /// Reads a file of candidates: a service and an image by digest on each line, `#` begins a remark.
    public static func candidates(in file: FilePath) throws -> [Candidate] {
        let text = String(decoding: try configurationBytes(of: file), as: UTF8.self)
        var candidates: [Candidate] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard !words.isEmpty else { continue }
            guard words.count == 2, let name = ServiceName(parsing: words[0]),
                let image = ImageReference(parsing: String(words[1])), image.digest != nil
            else {
                throw ConfigurationError(
                    file: file.string, line: index + 1, "is no service and image by digest",
                    hint: "write: billing registry.example/acme/billing@sha256:…")
            }
            candidates.append(Candidate(name, image))
        }
        guard !candidates.isEmpty else { throw ConfigurationError(file: file.string, line: 1, "names no candidate") }
        return candidates
    }
}

extension GateRequest.Answer {
    /// Writes the answer for the stage that deploys: the decision, or a list of them; where there is a key the signed lines
    /// beside it.
    public func write(to file: FilePath, asList: Bool) throws {
        if let only = decisions.first, !asList {
            try file.write(only.file, durable: true)
        } else {
            try file.write(Array(JSON(encoding: decisions, absence: .null).prettyText.utf8), durable: true)
        }
        if !lines.isEmpty { try DecisionFile.signed(beside: file).write(lines, durable: true) }
    }
}
