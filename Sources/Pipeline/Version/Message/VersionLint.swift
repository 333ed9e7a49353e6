/// What is odd about a commit, a tag or a release, though it could be read.
public enum VersionLint: String, Codable, CaseIterable, Sendable {
    case headerLenient = "header.lenient"
    case headerStrippedPrefix = "header.stripped-prefix"
    case headerUnconventional = "header.unconventional"
    case footerNearMissBreaking = "footer.near-miss-breaking"
    case footerEmpty = "footer.empty"
    case footerBulleted = "footer.bulleted"
    case bodyNoBlankLine = "body.no-blank-line"
    case squashTitleUnderstates = "squash.title-understates"
    case squashBulletsUsed = "squash.bullets-used"
    case revertOfReleased = "revert.of-released"
    case revertPartial = "revert.partial"
    case revertReapply = "revert.reapply"
    case mergeEvilChange = "merge.evil-change"
    case scopeAttenuated = "scope.attenuated"
    case scopeMismatch = "scope.mismatch"
    case tagInvalidSemver = "tag.invalid-semver"
    case tagNotACommit = "tag.not-a-commit"
    case tagLocalOnlyIgnored = "tag.local-only-ignored"
    case tagMoved = "tag.moved"
    case trunkLineOwned = "trunk.line-owned"
    case promoteNotCandidate = "promote.not-candidate"
    case releaseAsAmbiguous = "release-as.ambiguous"
    case mappingUsed = "mapping.used"
    case messageEmpty = "message.empty"
    case interfaceUnderstated = "interface.understated"

    /// Whether a release waits until a person has accepted it: a break could be hidden behind it.
    public var isError: Bool { self == .footerNearMissBreaking }

    /// One sentence for whoever sees the code.
    public var meaning: String {
        switch self {
        case .headerLenient: "the first line is not quite conventional, but can only mean one thing"
        case .headerStrippedPrefix: "a ticket or pull request in front of the type was left out"
        case .headerUnconventional: "the first line follows no convention; the configured level counts"
        case .footerNearMissBreaking: "a line is almost a breaking change marker, and was not read as one"
        case .footerEmpty: "a breaking change is announced without a word about it"
        case .footerBulleted: "a breaking change marker stands behind a bullet"
        case .bodyNoBlankLine: "no blank line parts the first line from the body"
        case .squashTitleUnderstates: "a squashed commit asks for more than the title of the squash"
        case .squashBulletsUsed: "the level comes from the squashed commits, not from the title"
        case .revertOfReleased: "what is reverted was released before, or is not known"
        case .revertPartial: "only a part of the reverted commit is undone, so both count"
        case .revertReapply: "a reverted commit was applied again and counts as before"
        case .mergeEvilChange: "a merge changes files of the service that neither side changed so"
        case .scopeAttenuated: "the scope names another service that was changed, so this one gets a patch at most"
        case .scopeMismatch: "the scope names a service none of whose files were changed"
        case .tagInvalidSemver: "a tag begins like a release and does not end in a version"
        case .tagNotACommit: "a tag named like a release points at something other than a commit"
        case .tagLocalOnlyIgnored: "a release tag is in this clone only and does not count"
        case .tagMoved: "a release tag leads elsewhere on the remote, which is believed"
        case .trunkLineOwned: "the next patch belongs to a maintenance branch, so the next minor is taken"
        case .promoteNotCandidate: "a stable release is made of a commit that was no candidate"
        case .releaseAsAmbiguous: "a version is asked for without a service, by a commit that touches several"
        case .mappingUsed: "the level comes from the configured mapping"
        case .messageEmpty: "the commit has no message"
        case .interfaceUnderstated: "the declared interface changed more than the commit messages say"
        }
    }
}
