/// What one tag says, once it is known which services there are.
struct TagReading {
    /// Whose tag it may be.
    enum Claim: Equatable {
        case service(ServiceName)
        /// A version without a name: of the only service, or of all.
        case bare
    }

    let claim: Claim
    /// The scheme it follows, as the setting `tag` is written.
    let template: String
    let version: LegacyVersion
    /// The version as it is written, without a `v`.
    let text: Substring

    /// Why a tag is no release of a service.
    enum Misfit: Error, Equatable {
        case noVersion
        /// A version under a name that no service has.
        case stranger(String)
        case contested([ServiceName])
    }

    /// Words that stand before a version and name nobody.
    private static let words: Set = ["release", "releases", "rel", "version", "ver"]
    /// No more places than these are tried in one name.
    private static let placeLimit = 16

    /// The reading of a tag: the service named last before a version, else nobody's version.
    static func read(_ tag: String, services: Set<ServiceName>) -> Result<TagReading, Misfit> {
        var found: [TagReading] = []
        var bare: TagReading?
        var stranger: String?
        for place in places(tag) {
            guard let version = LegacyVersion(tag[place.version...]) else { continue }
            let head = tag[..<place.head]
            let mark = "\(tag[place.head..<place.version]){version}"
            func reading(_ claim: Claim, _ prefix: String) -> TagReading {
                TagReading(claim: claim, template: prefix + mark, version: version, text: tag[place.version...])
            }
            let name = head.dropLast().split(separator: "/", omittingEmptySubsequences: false).last ?? ""
            if let service = ServiceName(parsing: name), services.contains(service) {
                let path = head.dropLast(name.count + 1)
                found.append(reading(.service(service), "\(path){service}\(head.suffix(1))"))
            } else if head.isEmpty || words.contains(head.dropLast().lowercased()) {
                bare = bare ?? reading(.bare, String(head))
            } else {
                stranger = stranger ?? String(head.dropLast())
            }
        }
        let named = Set(found.compactMap { if case .service(let name) = $0.claim { name } else { nil } })
        if named.count > 1 { return .failure(.contested(named.sorted())) }
        if let reading = found.first ?? bare { return .success(reading) }
        return .failure(stranger.map { .stranger($0) } ?? .noVersion)
    }

    /// Where a version may begin, with its `v` and without: at a digit behind a separator.
    private static func places(_ tag: String) -> [(head: String.Index, version: String.Index)] {
        var places: [(head: String.Index, version: String.Index)] = []
        let bytes = tag.utf8
        func isSeparator(_ byte: UInt8) -> Bool { "-_/@".utf8.contains(byte) }
        var (last, beforeLast): (UInt8?, UInt8?) = (nil, nil)
        for at in bytes.indices {
            let byte = bytes[at]
            if byte.isDigit, places.count < placeLimit {
                if last.map(isSeparator) ?? true {
                    places.append((at, at))
                } else if let mark = last, mark | 0x20 == UInt8(ascii: "v"), beforeLast.map(isSeparator) ?? true {
                    places.append((bytes.index(before: at), at))
                }
            }
            (beforeLast, last) = (last, byte)
        }
        return places
    }
}
