/// How a build that is no release is called: `1.4.0-0.feature-x.3.gabcdef123456`.
///
/// `-0.` sorts it below every channel of the target version, `g` keeps a commit of digits only legal.
public struct Snapshot: Equatable, Sendable {
    public let slug: String
    public let commit: ObjectID
    /// Whether uncommitted work is in it; said in the name, because the commit alone would lie.
    public let isDirty: Bool
    /// How its version is put together.
    public var template = SnapshotTemplate.standard

    /// The longest slug there is.
    static let slugLimit = 40
    static let dirty = "dirty"

    public init(branch: String, commit: ObjectID, isDirty: Bool, hash: HashFunction) {
        slug = Self.slug(of: branch, hash: hash)
        (self.commit, self.isDirty) = (commit, isDirty)
    }

    /// What a build is called whose next release would be this one.
    public func version(before target: SemanticVersion, commits: Int) -> SemanticVersion {
        let facts = SnapshotTemplate.Facts(slug: slug, count: commits, commit: commit)
        guard let version = target.withPrerelease(template.identifiers(facts) + (isDirty ? [Self.dirty] : [])) else {
            preconditionFailure("a template is tried when it is read")
        }
        return version
    }

    /// Lower case; all but letters, digits and `-` become `-`, once; over 40 characters it is cut and made unique by the
    /// hash of the branch; digits only, which could be illegal, begin with `b`.
    static func slug(of branch: String, hash: HashFunction) -> String {
        let digest = hash(Array(branch.utf8)).hex.prefix(8)
        let plain = branch.lowercased().utf8.map { $0.isLetter || $0.isDigit ? $0 : UInt8(ascii: "-") }
        let words = plain.split(separator: UInt8(ascii: "-")).map { String(decoding: $0, as: UTF8.self) }
        let slug = words.joined(separator: "-")
        if slug.isEmpty { return "b" + digest }
        if slug.utf8.count > slugLimit { return slug.prefix(31) + "-" + digest }
        return slug.utf8.allSatisfy(\.isDigit) ? "b" + slug : slug
    }
}
