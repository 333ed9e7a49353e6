/// One thing done for one service.
public struct Step: Hashable, Sendable {
    public let service: ServiceName
    public let kind: Kind

    public enum Kind: String, Codable, CaseIterable, Comparable, Sendable {
        case build, test, image, push

        public static func < (left: Kind, right: Kind) -> Bool { left.order < right.order }

        private var order: Int { Kind.allCases.firstIndex(of: self) ?? 0 }
    }

    public init(_ service: ServiceName, _ kind: Kind) {
        (self.service, self.kind) = (service, kind)
    }
}

extension Step: CustomStringConvertible {
    public var description: String { "\(service).\(kind.rawValue)" }
}
