/// Makes the rules for the versions of one service out of what is written for all and for it.
struct VersionReader {
    let name: ServiceName
    /// What is written under `version:` of the service.
    let own: ConfigurationFile.VersionEntry
    /// What is written under `versioning:`.
    let common: ConfigurationFile.VersionEntry?
    let line: Int

    func release(in reader: inout CatalogReader) -> Service.Release {
        let entry = own.over(common)
        var release = Service.Release(initial: initial(entry, in: &reader), tag: tag(entry, in: &reader))
        release.policy = policy(entry, in: &reader)
        release.files = (entry.files ?? []).compactMap { file($0, in: &reader) }
        release.changelog = entry.changelog.flatMap { inside($0, "changelog", in: &reader) }
        release.legacy = legacy(own, "services", in: &reader) + legacy(common, "versioning", in: &reader)
        release.horizon = entry.horizon
        release.signing = entry.sign ?? .none
        release.snapshot = snapshot(entry, in: &reader)
        return release
    }

    private func place(_ key: String, in reader: CatalogReader) -> Int {
        for path in [["services", name.text, "version", key], ["versioning", key]] {
            let found = path.dropFirst().reduce(reader.document[path[0]]) { $0?[$1] }
            if let found { return found.line }
        }
        return line
    }

    private func report(_ key: String, _ problem: String, hint: String? = nil, in reader: inout CatalogReader) {
        reader.report(place(key, in: reader), problem, hint: hint)
    }

    private func initial(
        _ entry: ConfigurationFile.VersionEntry, in reader: inout CatalogReader
    ) -> SemanticVersion {
        guard let text = entry.initial else { return .first }
        if let version = SemanticVersion(parsing: text), version.isStable { return version }
        report(
            "initial", "the initial version of \"\(name)\" is no stable semantic version",
            hint: "write 0.1.0 or 1.0.0", in: &reader)
        return .first
    }

    private func tag(_ entry: ConfigurationFile.VersionEntry, in reader: inout CatalogReader) -> TagName {
        guard let template = entry.tag else { return .standard }
        if let tag = TagName(parsing: template) { return tag }
        report("tag", "the tag template \"\(template.printable)\" does not end in {version}", in: &reader)
        return .standard
    }

    private func snapshot(
        _ entry: ConfigurationFile.VersionEntry, in reader: inout CatalogReader
    ) -> SnapshotTemplate {
        guard let text = entry.snapshot else { return .standard }
        do {
            return try SnapshotTemplate(parsing: text)
        } catch {
            report(
                "snapshot", "the snapshot template \"\(text.printable)\" \(error)",
                hint: "write it as \(SnapshotTemplate.standard.text)", in: &reader)
            return .standard
        }
    }

    private func policy(
        _ entry: ConfigurationFile.VersionEntry, in reader: inout CatalogReader
    ) -> VersionPolicy {
        var policy = VersionPolicy()
        policy.messages = MessagePolicy(
            unconventional: entry.unconventional ?? .none, squash: entry.squash ?? .fallback,
            mappings: (entry.mapping ?? []).compactMap { mapping($0, in: &reader) }, presets: entry.presets ?? [])
        policy.zeroMajor = entry.zeroMajor ?? .breakingMinor
        policy.floor = entry.floor ?? .none
        policy.attribution.source = entry.source ?? .commits
        policy.attribution.crossScope = entry.crossScope ?? .patch
        policy.attribution.propagation = entry.propagate ?? .patch
        policy.attribution.ignoredAuthors = (entry.ignoredAuthors ?? []).compactMap {
            pattern($0, of: "ignore-authors", in: &reader)
        }
        policy.channels = channels(entry, in: &reader)
        policy.requiresCandidate = entry.requiresCandidate ?? false
        if let template = entry.maintenance {
            policy.maintenance = LineTemplate(parsing: template) ?? .standard
            if LineTemplate(parsing: template) == nil {
                report(
                    "maintenance", "\"\(template.printable)\" does not name {line}",
                    hint: "write \(LineTemplate.standard.template)", in: &reader)
            }
        }
        return policy
    }

    private func channels(_ entry: ConfigurationFile.VersionEntry, in reader: inout CatalogReader) -> Channels {
        let byBranch = (entry.channel?.byBranch ?? [:]).sorted { $0.key < $1.key }
        for (_, channel) in byBranch where !Channels.isName(channel) || channel.isEmpty {
            report(
                "channel", "\"\(channel.printable)\" is no name of a channel",
                hint: "letters, digits and -, not digits only: rc, beta", in: &reader)
        }
        return Channels(byBranch.map { (pattern: $0.key, channel: $0.value) })
    }

    private func pattern(_ text: String, of key: String, in reader: inout CatalogReader) -> SubjectPattern? {
        do throws(PatternError) {
            return try SubjectPattern(parsing: text)
        } catch {
            report(key, "\(error)", in: &reader)
            return nil
        }
    }

    private func mapping(
        _ entry: ConfigurationFile.MappingEntry, in reader: inout CatalogReader
    ) -> LevelMapping? {
        guard let level = entry.level,
            entry.match != nil || entry.type != nil || entry.scope != nil || entry.path != nil
        else {
            report(
                "mapping", "a mapping needs a level, and something it is for",
                hint: "{match: \"^Fixes #\", level: patch}", in: &reader)
            return nil
        }
        var match: SubjectPattern?
        if let text = entry.match {
            match = pattern(text, of: "mapping", in: &reader)
            guard match != nil else { return nil }
        }
        return LevelMapping(
            match: match, type: entry.type, scope: entry.scope, path: entry.path.map { Glob(anywhere: $0) },
            level: level)
    }

    /// A file in the folder of the service.
    private func inside(_ text: String, _ key: String, in reader: inout CatalogReader) -> String? {
        guard text.hasPrefix("/") || text.split(separator: "/").contains("..") else { return text }
        report(
            key, "service \"\(name)\": \"\(text.printable)\" leads out of its folder",
            hint: "paths are relative to it", in: &reader)
        return nil
    }

    private func file(_ text: String, in reader: inout CatalogReader) -> String? {
        guard let inner = inside(text, "files", in: &reader) else { return nil }
        if let path = try? Path(parsing: inner), VersionFile(path: path) != nil { return inner }
        report(
            "files", "service \"\(name)\": \"\(text.printable)\" is no file whose version can be read",
            hint: "these can: " + VersionFile.names.joined(separator: ", "), in: &reader)
        return nil
    }

    private func legacy(
        _ entry: ConfigurationFile.VersionEntry?, _ section: String, in reader: inout CatalogReader
    ) -> [Service.LegacyTag] {
        (entry?.legacy ?? []).compactMap { legacy in
            guard let tag = legacy.tag, let text = legacy.version, let version = SemanticVersion(parsing: text) else {
                report(
                    "legacy", "an old tag needs its name and a semantic version",
                    hint: "{tag: \"billing-1.4.5.RC-1\", version: 1.4.5-rc.1}", in: &reader)
                return nil
            }
            return Service.LegacyTag(tag: tag, version: version, isForAll: section == "versioning")
        }
    }
}
