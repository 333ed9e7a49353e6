/// The calls of a service as its build lists them: an interface for those who have no OpenAPI document.
///
/// The file is JSON or YAML. Its form is strict: what is not named here is refused.
///
///     {
///       "format": 1,
///       "calls": [
///         {
///           "name": "invoices.find",
///           "version": 2,
///           "method": "GET",
///           "path": "/api/invoices/{id}",
///           "roles": ["USER", "ADMIN"],
///           "deprecated": false,
///           "description": "for people",
///           "request": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
///           "response": {"$ref": "#/types/Invoice"},
///           "error": {"type": "object", "properties": {"why": {"type": "string"}}},
///           "audit": {"type": "object", "properties": {"id": {"type": "string"}}},
///           "index": "invoices.find.v2"
///         }
///       ],
///       "types": {"Invoice": {"type": "object", "properties": {"total": {"type": "integer"}}}}
///     }
///
/// `format`, `calls` and each `name` are needed. A call is its name (letters, digits, `.`, `_` and `-`) and, if it has
/// one, its version, a positive integer: two versions are two calls. `roles` are those who may call, all where it is
/// left out. A shape is a schema of few words, see `CallReader.shapeKeys`; `request` is what callers send, `response`
/// and `error` are what they get, and a shape that is left out says nothing. `audit` is what the call writes into the audit
/// index where that is not its request, and `index` what its index is called after instead of its name: neither is part of
/// the interface.
struct CallCatalogue: Sendable {
    let source: InterfaceSource
    let calls: [String: Call]

    struct Call: Sendable {
        let node: Int
        let method: String?
        /// Without the names of its parameters.
        let path: String?
        /// Nil where all may call.
        let roles: Set<String>?
    }

    static let shapes: [(key: String, variance: Variance)] = [
        ("request", .accepted), ("response", .given), ("error", .given),
    ]

    /// Throws all that is not of this form.
    init(_ document: Document, fileName: String) throws(ConfigurationError) {
        var reader = CallReader(source: InterfaceSource(document))
        let calls = reader.read()
        guard reader.findings.isEmpty else { throw ConfigurationError(file: fileName, findings: reader.findings) }
        (source, self.calls) = (reader.source, calls)
    }
}

extension InterfaceDifference {
    /// Compares two catalogues: who may call what, and the shapes of what is sent and got.
    init(from base: CallCatalogue, to head: CallCatalogue) {
        var schemas = SchemaComparison(base: base.source, head: head.source)
        let list = head.source.member("calls", of: InterfaceSource.root).map { head.source.line($0) }
        for title in Set(base.calls.keys).union(head.calls.keys).sorted() {
            switch (base.calls[title], head.calls[title]) {
            case (let old?, let new?): schemas.compare(old, new, title)
            case (_?, nil):
                schemas.report(InterfaceChange(.removed, .major, "call-removed", "is gone", at: title).on(list))
            case (nil, let new?):
                let line = head.source.line(new.node)
                schemas.report(InterfaceChange(.added, .minor, "call-added", "is new", at: title).on(line))
            case (nil, nil): continue
            }
        }
        self = schemas.finish()
    }
}

extension SchemaComparison {
    fileprivate mutating func compare(_ old: CallCatalogue.Call, _ new: CallCatalogue.Call, _ title: String) {
        let line = head.line(new.node)
        let context = Context(variance: .accepted, place: Place(title), line: line)
        if old.method != new.method {
            let text = "was called by \(old.method ?? "no method") and is by \(new.method ?? "no method")"
            report(context.change(.changed, "call-method-changed", text))
        }
        if old.path != new.path {
            let text = "was at \(old.path?.brief ?? "no path") and is at \(new.path?.brief ?? "no path")"
            report(context.change(.changed, "call-path-changed", text))
        }
        let wasDeprecated = base.flag("deprecated", of: old.node) == true
        let isDeprecated = head.flag("deprecated", of: new.node) == true
        if wasDeprecated != isDeprecated { report(.deprecation(isNew: isDeprecated, at: title, line: line)) }
        compareRoles(old.roles, new.roles, context)
        for (key, variance) in CallCatalogue.shapes {
            let before = base.member(key, of: old.node).map { [$0] } ?? []
            let after = head.member(key, of: new.node).map { [$0] } ?? []
            add(base: before, head: after, variance, at: Place("\(title) \(key)"))
        }
    }

    private mutating func compareRoles(_ old: Set<String>?, _ new: Set<String>?, _ context: Context) {
        switch (old, new) {
        case (nil, nil): return
        case (nil, let new?):
            let text = "could be called by all and can be only by \(new.sorted().joined(separator: ", ").brief)"
            report(context.change(.narrowed, "call-role-removed", text))
        case (_?, nil): report(context.change(.widened, "call-role-added", "can be called by all"))
        case (let old?, let new?):
            for role in old.subtracting(new).sorted() {
                report(context.change(.narrowed, "call-role-removed", "cannot be called by \(role.brief) any more"))
            }
            for role in new.subtracting(old).sorted() {
                report(context.change(.widened, "call-role-added", "can be called by \(role.brief) as well"))
            }
        }
    }
}
