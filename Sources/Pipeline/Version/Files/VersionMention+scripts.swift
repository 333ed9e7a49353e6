// Versions in Gradle scripts and in scripts that describe a deployment.

extension VersionMention {
    /// Blocks that run or do not run: what they set is known only then.
    private static let conditions: Set = [
        "if", "else", "when", "switch", "try", "catch", "finally", "for", "while", "afterEvaluate",
    ]

    private static func unconditional(_ assignment: ScriptVersions.Assignment, _ source: Source) -> VersionMention {
        guard !conditions.isDisjoint(with: assignment.blocks) else { return assignment.mention }
        if case .broken = assignment.mention.kind { return assignment.mention }
        return .computed(at: assignment.start, in: source.bytes)
    }

    /// The version of the project itself, or the one it gives to all below it.
    ///
    /// Versions of plugins, dependencies, publications and archives stand in other statements or blocks.
    static func gradle(_ source: Source) -> [VersionMention] {
        let assignments = ScriptVersions(source).assignments.filter { !$0.isDeclaration }
        let own = assignments.filter { $0.blocks.allSatisfy { $0 == "allprojects" || conditions.contains($0) } }
        let chosen = own.isEmpty ? assignments.filter { $0.blocks == ["subprojects"] } : own
        return chosen.map { unconditional($0, source) }
    }

    /// The version of a bundle: the outermost statement, or else the tag of the service's own image.
    static func deployment(_ source: Source, folder: Path) -> [VersionMention] {
        let script = ScriptVersions(source)
        let depth = script.assignments.map(\.blocks.count).min() ?? 0
        let outermost = script.assignments.filter { $0.blocks.count == depth }.map { unconditional($0, source) }
        var images = ScriptImages(source)
        images.own = [folder.name, script.name ?? ""].filter { !$0.isEmpty }
        guard let first = outermost.first else { return images.mentions }
        guard outermost.count == 1, case .text(let text) = first.kind else { return outermost }
        var version = first
        version.echoes = images.tags(of: text)
        return [version] + images.others(than: text)
    }
}
