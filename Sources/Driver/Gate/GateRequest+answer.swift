import Disk
public import Pipeline
public import SystemPackage

extension GateRequest {
    /// What a gate says, and what people have to know beside it.
    public struct Answer: Sendable {
        public var decisions: [Decision] = []
        public var notes: [String] = []

        /// Of several answers the gravest.
        public var exit: Int32 {
            let order: [Int32] = [21, 20, 22, 0]
            return order.first { code in decisions.contains { $0.exit == code } } ?? 0
        }
    }

    /// Policy, keys and evidence → decisions, a candidate each.
    ///
    /// They are kept in the first ledger folder, if there is one and `keeping` says so: a waiver is used by what is kept.
    public func decide(keeping: Bool = true) async throws -> Answer {
        let terms = try GateTerms(self)
        let library = try GateLibrary(self, terms)
        var answer = Answer()
        for candidate in candidates {
            let question = try terms.question(candidate, intent)
            let evidence = try await evidence(about: candidate, question, from: library)
            let (decision, note) = try settle(question, evidence, keeping: keeping)
            answer.decisions.append(decision)
            if let note { answer.notes.append(note) }
        }
        return answer
    }

    /// Judges and keeps; where waivers are handed over no other gate may count their uses meanwhile.
    private func settle(
        _ question: GateQuestion, _ evidence: GateEvidence, keeping: Bool
    ) throws -> (Decision, String?) {
        func judged(_ kept: [Decision]) -> Decision {
            var evidence = evidence
            evidence.kept = kept
            return Decision(question, evidence, verifier: Builder.gate)
        }
        let shelf = places.folders.first.map { GateShelf($0) }
        guard let shelf else {
            let decision = judged([])
            let note = "no ledger folder: nobody counts how often a waiver was used"
            return (decision, decision.waived.isEmpty ? nil : note)
        }
        let countsUses = !evidence.waivers.isEmpty
        if countsUses, keeping {
            return try shelf.alone {
                let decision = judged(try shelf.kept(of: question.service))
                try shelf.keep(decision)
                return (decision, nil)
            }
        }
        let isAskedBefore = countsUses || question.policy.deadline != nil
        let decision = judged(isAskedBefore ? try shelf.kept(of: question.service) : [])
        guard keeping else { return (decision, nil) }
        do {
            try shelf.keep(decision)
            return (decision, nil)
        } catch {
            return (decision, "the decision is not kept: \(error)")
        }
    }

    /// Whether a decision that was made before still holds.
    public func check(_ file: FilePath) async throws -> DecisionCheck {
        let terms = try GateTerms(self)
        let library = try GateLibrary(self, terms)
        let bytes = try configurationBytes(of: file)
        let decision: Decision
        do {
            decision = try Decision(json: JSON(parsing: bytes, profile: .lenient))
        } catch {
            throw GateError.unreadable(file.string, "is no decision: \(error)")
        }
        guard let candidate = candidates.first else { throw GateError.noDigest("") }
        var evidence = GateEvidence(exhibits: [])
        (evidence.deployments, evidence.stated) = (library.deployments, library.stated)
        return DecisionCheck(of: decision, try terms.question(candidate, decision.intent), evidence)
    }
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
    /// Writes the decisions to a file, as a list.
    public func write(to file: FilePath) throws {
        try file.write(Array(JSON(encoding: decisions, absence: .null).prettyText.utf8), durable: true)
    }
}
