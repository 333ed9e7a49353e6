public import Pipeline

/// Which Slipway this is.
public enum Builder {
    public static let version = "0.1.0"

    /// Who writes a record, and who judges one.
    public static let own = Stability.Builder(id: "urn:slipway:builder:run", version: version, platform: platform)
    static let gate = Stability.Builder(id: "urn:slipway:gate", version: version)

    #if arch(x86_64)
        private static let platform = "linux/amd64"
    #elseif arch(arm64)
        private static let platform = "linux/arm64"
    #else
        private static let platform: String? = nil
    #endif
}
