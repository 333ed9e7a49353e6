extension Migration {
    /// What a script says on its own, as if it met a database of which nothing is known.
    public init(script bytes: [UInt8], at path: Path, hash: HashFunction) {
        self.init(path: path, version: nil, sha256: hash(bytes), kind: .sql)
        var reading = SQLReading()
        let script = reading.read(bytes)
        engineChecksum = bytes.engineChecksum
        (phase, findings) = (script.phase, script.findings(in: path, hash: hash))
        tables = Set(script.tables.keys.map(\.description)).sorted()
        (creates, contractOf) = (script.creates, script.contractOf)
    }
}
