extension InterfaceDifference {
    /// What the change speaks for, as evidence of a version.
    public var versionEvidence: [VersionEvidence] {
        evidence().map {
            VersionEvidence(.interface, level: $0.level, rule: .interface, text: "\($0.code): \($0.text)")
        }
    }
}
