/// What became of the document of one call between two states of it.
struct AuditComparison: Equatable {
    private(set) var change = AuditFacts.Change.same
    /// What happened, the worst first, each as `path: what`.
    private(set) var places: [String] = []
    /// Paths whose class is another now.
    private(set) var broken: [String] = []
    /// Paths that are new.
    private(set) var added: [String] = []

    init(from base: AuditShape, to head: AuditShape) {
        var gone: [String] = []
        for path in Set(base.fields.keys).union(head.fields.keys).sorted() {
            switch (base.fieldClass(at: path), head.fieldClass(at: path)) {
            case (let old?, let new?) where !old.isSame(as: new):
                broken.append(path)
                places.append("\(path): was \(old) and is \(new)")
            case (_?, nil): gone.append(path)
            case (nil, _?): added.append(path)
            default: continue
            }
        }
        places += gone.map { "\($0): is gone" } + added.map { "\($0): is new" }
        change = broken.isEmpty ? gone.isEmpty ? added.isEmpty ? .same : .additive : .removed : .breaking
    }

    /// Counts paths that are new here and had another class in some release of former times: its documents are still
    /// there.
    mutating func recall(_ shape: AuditShape, of version: SemanticVersion, against head: AuditShape) {
        for path in added where !broken.contains(path) {
            guard let old = shape.fieldClass(at: path), let new = head.fieldClass(at: path), !old.isSame(as: new) else {
                continue
            }
            broken.append(path)
            places.insert("\(path): was \(old) in \(version) and is \(new)", at: 0)
            change = .breaking
        }
    }
}

extension AuditShape {
    /// The paths of other classes than a retained shape has there.
    func isAtOdds(with other: AuditShape) -> Bool { !AuditComparison(from: other, to: self).broken.isEmpty }

    /// A document of this shape, as a program might write it.
    public var sample: JSON { sample(below: "") }

    private func sample(below folder: String) -> JSON {
        let prefix = folder.isEmpty ? "" : folder + "."
        var members: [String: JSON] = [:]
        for (path, fieldClass) in fields where path.hasPrefix(prefix) {
            let name = String(path.dropFirst(prefix.count))
            guard !name.isEmpty, !name.contains(".") else { continue }
            members[name == "*" ? "key" : name] = value(fieldClass, at: path)
        }
        return .object(members)
    }

    /// Nil where anything may stand, which proves nothing.
    private func value(_ fieldClass: FieldClass, at path: String) -> JSON? {
        switch fieldClass {
        case .keyword: .string("some text")
        case .long: .integer(7)
        case .double: .decimal("1.5")
        case .boolean: .bool(true)
        case .binary: .string("c29tZSB0ZXh0")
        case .date("date"): .string("2026-01-31")
        case .date: .string("2026-01-31T12:00:00Z")
        case .object, .anyKeys: sample(below: path)
        case .nested: .array([sample(below: path)])
        case .any: nil
        }
    }
}
