/// What is wrong with the calls of a catalogue besides what changed in their documents.
///
/// What was released so is only said: it did no harm, or all that it can.
struct AuditFindings {
    private let question: AuditQuestion
    private let hash: HashFunction
    private(set) var findings: [AuditFacts.Finding] = []

    init(_ question: AuditQuestion, hash: @escaping HashFunction) {
        (self.question, self.hash) = (question, hash)
    }

    mutating func check() {
        let file = question.declaration.catalogue.description.printable
        if case .unreadable(let problem) = question.head { add("catalogue-unreadable", true, file, problem) }
        if case .unreadable(let problem) = question.before {
            add(
                "base-unreadable", true, file,
                "as released cannot be read (\(problem)): nothing is known of what changed")
        }
        for (path, problem) in question.support.unreadable.sorted(by: { $0.key < $1.key }) {
            add("file-unreadable", false, path.description.printable, problem)
        }
        guard let head = question.head.catalogue else { return }
        for call in head.calls.values.sorted(by: { $0.title < $1.title }) {
            let old = question.before.catalogue?.calls[call.title]
            checkName(call, old)
            checkTraits(call, old)
            checkSecrets(call, old)
        }
        checkCollisions(head)
    }

    private mutating func add(_ rule: String, _ isError: Bool, _ place: String, _ text: String) {
        guard findings.count < (isError ? 400 : 200) else { return }
        let fingerprint = hash(Array("audit\n\(rule)\n\(place)\n\(text)".utf8)).short
        findings.append(
            AuditFacts.Finding(rule: rule, isError: isError, place: place, fingerprint: fingerprint, text: text))
    }

    private mutating func checkName(_ call: AuditCatalogue.Call, _ old: AuditCatalogue.Call?) {
        guard let objection = IndexRule.objection(to: call.index) else { return }
        add("index-name", old?.index != call.index, call.title, "the index \(call.index.brief) \(objection)")
    }

    private mutating func checkTraits(_ call: AuditCatalogue.Call, _ old: AuditCatalogue.Call?) {
        let known = old?.shape.traits ?? []
        for trait in call.shape.traits.sorted(by: { "\($0)" < "\($1)" }) {
            let isNew = !known.contains(trait)
            switch trait {
            case .tooDeep:
                add("too-deep", isNew, call.title, "has objects more than \(AuditShape.depthLimit) deep")
            case .tooMany:
                add("too-many-fields", isNew, call.title, "has more than \(AuditShape.fieldLimit) fields")
            case .mixed(let path):
                add("mixed-types", isNew, "\(call.title) \(path)", "has values of several types in one field")
            case .anyKeys(let path) where isNew:
                add("any-keys", false, "\(call.title) \(path)", "has keys that are data: each becomes a field")
            case .recursive(let path) where isNew:
                add("recursive", false, "\(call.title) \(path)", "holds itself, and was followed once")
            case .anyKeys, .recursive: continue
            }
        }
    }

    private static let secrets = [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "credential", "privatekey",
    ]

    /// Fields that look as if nobody should read them, and documents that tell more than before.
    private mutating func checkSecrets(_ call: AuditCatalogue.Call, _ old: AuditCatalogue.Call?) {
        for path in call.shape.fields.keys.sorted() where old?.shape.fields[path] == nil {
            let name = path.split(separator: ".").last.map { $0.lowercased().filter { $0.isLetter } } ?? ""
            guard Self.secrets.contains(where: name.contains) else { continue }
            add("audit-widened", false, "\(call.title) \(path)", "looks like a secret, and goes into the audit index")
        }
        if old?.hasOwnShape == true, !call.hasOwnShape {
            add(
                "audit-widened", false, call.title,
                "has no audit shape of its own any more: all of its request is written")
        }
    }

    private mutating func checkCollisions(_ head: AuditCatalogue) {
        let before = question.before.catalogue?.calls ?? [:]
        for (index, calls) in Dictionary(grouping: head.calls.values, by: \.index).sorted(by: { $0.key < $1.key }) {
            let sorted = calls.sorted { $0.title < $1.title }.prefix(200)
            for (number, call) in sorted.enumerated() {
                let rivals = sorted.prefix(number).filter { other in
                    call.name != other.name || call.shape.isAtOdds(with: other.shape)
                }
                func isOld(_ call: AuditCatalogue.Call) -> Bool { before[call.title]?.index == index }
                guard let rival = rivals.first(where: { !isOld($0) }) ?? rivals.first else { continue }
                let place = "\(rival.title), \(call.title)"
                add("index-collision", !isOld(call) || !isOld(rival), place, "both write into \(index.brief)")
            }
        }
    }
}
