extension InterfaceDifference {
    /// Compares two OpenAPI documents: their operations, and all schemas that operations use.
    init(from base: OpenAPI, to head: OpenAPI) {
        var comparison = OpenAPIComparison(base: base, head: head)
        self = comparison.difference()
    }
}

/// The comparison of operations.
struct OpenAPIComparison {
    let base: OpenAPI
    let head: OpenAPI
    private var schemas: SchemaComparison

    init(base: OpenAPI, head: OpenAPI) {
        (self.base, self.head) = (base, head)
        schemas = SchemaComparison(base: base.source, head: head.source)
    }

    mutating func difference() -> InterfaceDifference {
        let list = head.source.member("paths", of: InterfaceSource.root).map { head.source.line($0) }
        for key in Set(base.operations.keys).union(head.operations.keys).sorted() {
            switch (base.operations[key], head.operations[key]) {
            case (let old?, let new?): compare(old, new)
            case (let old?, nil):
                report(.removed, "operation-removed", "is gone", at: old.title, line: list)
            case (nil, let new?):
                report(.added, "operation-added", "is new", at: new.title, line: head.source.line(new.node))
            case (nil, nil): continue
            }
        }
        return schemas.finish()
    }

    private mutating func report(
        _ kind: InterfaceChange.Kind, _ code: String, _ text: String, at place: String, line: Int?
    ) {
        let level = Variance.accepted.level(of: kind)
        schemas.report(InterfaceChange(kind, level, code, text, at: place).on(line))
    }

    private mutating func compare(_ old: OpenAPI.Operation, _ new: OpenAPI.Operation) {
        let line = head.source.line(new.node)
        let wasDeprecated = base.source.flag("deprecated", of: old.node) == true
        let isDeprecated = head.source.flag("deprecated", of: new.node) == true
        if wasDeprecated != isDeprecated {
            schemas.report(.deprecation(isNew: isDeprecated, at: new.title, line: line))
        }
        compareParameters(old, new, line)
        compareBodies(old.body, new, line)
        compareResponses(old.responses, new, line)
        if !new.isOutgoing { compareSecurity(old.security, new, line) }
    }

    /// Who sends the request: the callers, unless the operation is one that the service calls.
    private func variance(ofRequests operation: OpenAPI.Operation) -> Variance {
        operation.isOutgoing ? .given : .accepted
    }

    // MARK: - Requests

    private mutating func compareParameters(_ old: OpenAPI.Operation, _ new: OpenAPI.Operation, _ line: Int) {
        let variance = variance(ofRequests: new)
        for key in Set(old.parameters.keys).union(new.parameters.keys).sorted() {
            let (before, after) = (old.parameters[key], new.parameters[key])
            let place = Place("\(new.title) \((after ?? before)?.title ?? key)")
            let context = SchemaComparison.Context(variance: variance, place: place, line: line)
            // A path says by itself that it has a parameter.
            if !key.hasPrefix("path ") { schemas.comparePresence(before?.member, after?.member, context, "parameter") }
            guard let before, let after else { continue }
            schemas.add(base: before.member.nodes, head: after.member.nodes, variance, at: place)
            if before.style != after.style, schemas.isCompound(before.member.nodes, after.member.nodes) {
                let text = "was written as \(before.style) and is as \(after.style)"
                schemas.report(context.change(.changed, "parameter-style-changed", text, line: after.member.line))
            }
        }
    }

    private mutating func compareBodies(_ old: OpenAPI.Body?, _ new: OpenAPI.Operation, _ line: Int) {
        let variance = variance(ofRequests: new)
        let place = Place("\(new.title) body")
        let context = SchemaComparison.Context(variance: variance, place: place, line: line)
        schemas.comparePresence(old?.member, new.body?.member, context, "request-body")
        guard let old, let body = new.body else { return }
        compareContents(old.content, body.content, context)
    }

    /// Compares what can be sent or got, by media type.
    ///
    /// A media type that callers send is not lost while a range such as `*/*` takes it.
    private mutating func compareContents(
        _ old: OpenAPI.Content, _ new: OpenAPI.Content, _ context: SchemaComparison.Context
    ) {
        let isSent = context.variance == .accepted
        for (type, member) in old.sorted(by: { $0.key < $1.key }) {
            guard let match = new[type] ?? (isSent ? Self.range(of: type, in: new) : nil) else {
                let text = "has no \(type.brief) any more"
                schemas.report(context.change(.removed, "media-type-removed", text))
                continue
            }
            schemas.add(base: member.nodes, head: match.nodes, context.variance, at: context.place)
        }
        for (type, member) in new.sorted(by: { $0.key < $1.key }) where old[type] == nil {
            guard !isSent || Self.range(of: type, in: old) == nil else { continue }
            schemas.report(
                context.change(.added, "media-type-added", "has \(type.brief) as well", line: member.line))
        }
    }

    private static func range(of type: String, in content: OpenAPI.Content) -> Member? {
        let family = type.prefix { $0 != "/" }
        return content["\(family)/*"] ?? content["*/*"]
    }

    // MARK: - Responses

    private mutating func compareResponses(
        _ old: [String: OpenAPI.Response], _ new: OpenAPI.Operation, _ line: Int
    ) {
        for code in Set(old.keys).union(new.responses.keys).sorted() {
            let title = "\(new.title) \(code == "DEFAULT" ? "default" : code.brief)"
            switch (old[code], new.responses[code]) {
            case (let before?, let after?): compare(before, after, new, title)
            case (nil, let after?):
                report(.added, "response-added", "is a new answer", at: title, line: after.line)
            case (_?, nil):
                // An error that cannot happen any more takes nothing from callers.
                let isSuccess = "123".contains(code.prefix(1)) && !code.isEmpty
                let name = isSuccess ? "response-removed" : "error-response-removed"
                let level: Level = isSuccess ? .major : .minor
                schemas.report(
                    InterfaceChange(.removed, level, name, "is no answer any more", at: title).on(line))
            case (nil, nil): continue
            }
        }
    }

    private mutating func compare(
        _ old: OpenAPI.Response, _ new: OpenAPI.Response, _ operation: OpenAPI.Operation, _ title: String
    ) {
        let variance = variance(ofRequests: operation).opposite
        let place = Place("\(title) body")
        compareContents(
            old.content, new.content, SchemaComparison.Context(variance: variance, place: place, line: new.line))
        for name in Set(old.headers.keys).union(new.headers.keys).sorted() {
            let (before, after) = (old.headers[name], new.headers[name])
            let place = Place("\(title) header \(name.brief)")
            let context = SchemaComparison.Context(variance: variance, place: place, line: new.line)
            schemas.comparePresence(before, after, context, "response-header")
            guard let before, let after else { continue }
            schemas.add(base: before.nodes, head: after.nodes, variance, at: place)
        }
    }

    // MARK: - Security

    /// A caller keeps access when some way to be let in asks for nothing that the caller has not shown before.
    private mutating func compareSecurity(
        _ old: [OpenAPI.Credentials], _ new: OpenAPI.Operation, _ line: Int
    ) {
        let (before, after) = (old.isEmpty ? [[:]] : old, new.security.isEmpty ? [[:]] : new.security)
        for way in before where !after.contains(where: { Self.asks(way, for: $0) }) {
            let text = "does not let in with \(Self.shown(way)) any more"
            report(.narrowed, "security-narrowed", text, at: new.title, line: line)
        }
        for way in after where !before.contains(where: { Self.asks(way, for: $0) }) {
            report(.widened, "security-widened", "lets in with \(Self.shown(way))", at: new.title, line: line)
        }
    }

    /// Whether who has shown `known` satisfies `wanted`.
    private static func asks(_ known: OpenAPI.Credentials, for wanted: OpenAPI.Credentials) -> Bool {
        wanted.allSatisfy { scheme, scopes in known[scheme]?.isSuperset(of: scopes) == true }
    }

    private static func shown(_ credentials: OpenAPI.Credentials) -> String {
        guard !credentials.isEmpty else { return "nothing" }
        return credentials.sorted { $0.key < $1.key }.map { scheme, scopes in
            scopes.isEmpty ? scheme.brief : "\(scheme.brief) (\(scopes.sorted().joined(separator: ", ").brief))"
        }.joined(separator: " and ")
    }
}
