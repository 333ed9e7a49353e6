public import Pipeline

/// Which Slipway this is.
public enum Builder {
    public static let version = "0.1.0"

    /// Who writes a record, and who judges one.
    public static let own = Stability.Builder(id: "urn:slipway:builder:run", version: version)
    static let gate = Stability.Builder(id: "urn:slipway:gate", version: version)
}
