extension OpenAPIReader {
    /// The parameters of an operation and of its path; those of the operation win.
    mutating func readParameters(of node: Int, _ around: Surroundings, into operation: inout OpenAPI.Operation) {
        for entry in around.parameters + elements("parameters", of: node) {
            guard let parameter = source.resolved(entry) else { continue }
            guard let place = source.text("in", of: parameter),
                let name = source.text("name", of: parameter) ?? (place == "body" ? "" : nil)
            else {
                findings.append(Finding(line: source.line(entry), "a parameter has no in or no name"))
                continue
            }
            if dialect == .swagger20, place == "body" {
                operation.body = swaggerBody(parameter, of: node)
            } else if !isIgnored(place, name) {
                let key = place == "path" ? around.template.parameters[name].map { "path \($0)" } : nil
                let plain = place == "header" ? "header \(name.lowercased())" : "\(place) \(name)"
                operation.parameters[key ?? plain] = read(parameter, place, name)
            }
        }
    }

    /// OpenAPI 3 says these headers by other means and ignores them as parameters.
    private func isIgnored(_ place: String, _ name: String) -> Bool {
        dialect != .swagger20 && place == "header"
            && ["accept", "content-type", "authorization"].contains(name.lowercased())
    }

    private mutating func read(_ node: Int, _ place: String, _ name: String) -> OpenAPI.Parameter {
        let isRequired = place == "path" || source.flag("required", of: node) == true
        let member = Member(nodes: schema(of: node), isRequired: isRequired, line: source.line(node))
        let style = dialect == .swagger20 ? swaggerStyle(node, place) : style(node, place)
        return OpenAPI.Parameter(title: "\(place) \(name.brief)", member: member, style: style)
    }

    /// In Swagger 2.0 parameters and headers are schemas themselves.
    private mutating func schema(of node: Int) -> [Int] {
        if dialect == .swagger20 { return [node] }
        if let schema = source.member("schema", of: node) { return [schema] }
        let content = members(source.member("content", of: node), "content")
        return content.first.flatMap { source.member("schema", of: $0.value) }.map { [$0] } ?? []
    }

    private func style(_ node: Int, _ place: String) -> String {
        let style = source.text("style", of: node) ?? (["query", "cookie"].contains(place) ? "form" : "simple")
        let isExploded = source.flag("explode", of: node) ?? (style == "form")
        return isExploded ? "\(style.brief), exploded" : style.brief
    }

    private func swaggerStyle(_ node: Int, _ place: String) -> String {
        switch source.text("collectionFormat", of: node) ?? "csv" {
        case "csv": ["query", "formData"].contains(place) ? "form" : "simple"
        case "multi": "form, exploded"
        case let other: other.brief
        }
    }

    // MARK: - Bodies

    mutating func readBody(of node: Int, into operation: inout OpenAPI.Operation) {
        guard dialect != .swagger20, let entry = source.member("requestBody", of: node),
            let body = source.resolved(entry)
        else { return }
        let isRequired = source.flag("required", of: body) == true
        let member = Member(nodes: [], isRequired: isRequired, line: source.line(entry))
        operation.body = OpenAPI.Body(member: member, content: content(of: body))
    }

    private mutating func content(of node: Int) -> OpenAPI.Content {
        var content: OpenAPI.Content = [:]
        for (type, media) in members(source.member("content", of: node), "content") {
            let schema = source.member("schema", of: media)
            content[Self.normal(type)] = Member(
                nodes: schema.map { [$0] } ?? [], isRequired: false, line: source.line(media))
        }
        return content
    }

    /// A media type without what makes no difference: case, blanks, and the encoding that everybody uses.
    private static func normal(_ type: String) -> String {
        let plain = type.lowercased().filter { $0 != " " }
        let ending = ";charset=utf-8"
        return plain.hasSuffix(ending) ? String(plain.dropLast(ending.count)) : plain
    }

    private mutating func swaggerBody(_ parameter: Int, of operation: Int) -> OpenAPI.Body {
        let isRequired = source.flag("required", of: parameter) == true
        let member = Member(nodes: [], isRequired: isRequired, line: source.line(parameter))
        return OpenAPI.Body(member: member, content: swaggerContent("consumes", operation, parameter))
    }

    /// The one schema of a Swagger 2.0 body under each media type that the operation or the document lists.
    private mutating func swaggerContent(_ list: String, _ operation: Int, _ holder: Int) -> OpenAPI.Content {
        guard let schema = source.member("schema", of: holder) else { return [:] }
        let types = source.texts(list, of: operation) ?? source.texts(list, of: InterfaceSource.root)
        let member = Member(nodes: [schema], isRequired: false, line: source.line(holder))
        let content = (types ?? ["application/json"]).map { (Self.normal($0), member) }
        return Dictionary(content) { first, _ in first }
    }

    // MARK: - Responses

    mutating func readResponses(of node: Int, into operation: inout OpenAPI.Operation) {
        for (code, entry) in members(source.member("responses", of: node), "responses") where !code.hasPrefix("x-") {
            guard let response = source.resolved(entry) else { continue }
            let content =
                dialect == .swagger20 ? swaggerContent("produces", node, response) : content(of: response)
            operation.responses[code.uppercased()] = OpenAPI.Response(
                line: source.line(entry), headers: headers(of: response), content: content)
        }
    }

    private mutating func headers(of node: Int) -> [String: Member] {
        var headers: [String: Member] = [:]
        for (name, entry) in members(source.member("headers", of: node), "headers") {
            guard name.lowercased() != "content-type", let header = source.resolved(entry) else { continue }
            let isRequired = source.flag("required", of: header) == true
            headers[name.lowercased()] = Member(
                nodes: schema(of: header), isRequired: isRequired, line: source.line(entry))
        }
        return headers
    }

    // MARK: - Security

    /// What an operation asks for, or else what the document does.
    mutating func security(of node: Int) -> [OpenAPI.Credentials] {
        let holder = source.member("security", of: node) == nil ? InterfaceSource.root : node
        let ways = elements("security", of: holder)
        guard ways.count <= 32 else {
            findings.append(Finding(line: source.line(holder), "has more than 32 ways to be let in"))
            return []
        }
        return ways.map { alternative in
            var credentials: OpenAPI.Credentials = [:]
            for (name, scopes) in members(alternative, "security") {
                let texts = Set((source.elements(scopes) ?? []).compactMap { source.text($0) })
                credentials[scheme(name), default: []].formUnion(texts)
            }
            return credentials
        }
    }

    /// What callers have to do for a scheme; its name only where that does not say it.
    private mutating func scheme(_ name: String) -> String {
        let root = InterfaceSource.root
        let list =
            source.member("components", of: root).flatMap { source.member("securitySchemes", of: $0) }
            ?? source.member("securityDefinitions", of: root)
        guard let entry = list.flatMap({ source.member(name, of: $0) }), let node = source.resolved(entry),
            let type = source.text("type", of: node)
        else { return name }
        switch type {
        case "basic": return "http basic"
        case "http": return "http \((source.text("scheme", of: node) ?? "").lowercased())"
        case "apiKey":
            return "key \(source.text("name", of: node) ?? "") in \(source.text("in", of: node) ?? "")"
        default: return "\(type) \(name)"
        }
    }
}
