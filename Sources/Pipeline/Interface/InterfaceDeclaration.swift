/// Where a service describes what others may call: the `interface` of its entry in slipway.yaml.
public enum InterfaceDeclaration: Equatable, Sendable {
    /// An OpenAPI 3.0, 3.1 or Swagger 2.0 document.
    case openapi(Path)
    /// A list of calls in the form of `CallCatalogue`.
    case calls(Path)

    public var path: Path {
        switch self {
        case .openapi(let path), .calls(let path): path
        }
    }

    /// Reads the value of the setting; its path is relative to `home`, the folder of the service.
    public init(_ value: JSON, in home: Path = .root) throws(JSONError) {
        let place = "interface"
        guard case .object(let members) = value else {
            throw JSONError(place: place, problem: "is \(value.kind), not an object")
        }
        guard members.count == 1, let (key, content) = members.first, ["openapi", "calls"].contains(key) else {
            throw JSONError(place: place, problem: "has not exactly one of openapi and calls")
        }
        guard let text = content.string, let path = try? Path(parsing: text, in: home), !path.isRoot else {
            throw JSONError(place: "\(place).\(key)", problem: "is no path of a file in the repository")
        }
        self = key == "openapi" ? .openapi(path) : .calls(path)
    }
}

extension InterfaceDeclaration: Codable {
    private enum CodingKeys: String, CodingKey {
        case openapi, calls
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let path = try container.decodeIfPresent(Path.self, forKey: .openapi) {
            self = .openapi(path)
        } else {
            self = .calls(try container.decode(Path.self, forKey: .calls))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .openapi(let path): try container.encode(path, forKey: .openapi)
        case .calls(let path): try container.encode(path, forKey: .calls)
        }
    }
}
