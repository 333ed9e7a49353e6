internal import Pipeline

/// What an engine says of one container.
struct ContainerState: Equatable {
    let isRunning: Bool
    /// Whether anything was ever run in it.
    let hasStarted: Bool
    let exit: Int32
    /// Why it could not be started, as far as the engine keeps that.
    let error: String

    /// Reads the answer of `inspect`; nil when it is none.
    init?(parsing bytes: [UInt8]) throws(JSONError) {
        let json = try JSON(parsing: bytes, profile: .lenient)
        guard let state = json.array?.first?["State"], case .bool(let isRunning) = state["Running"] else { return nil }
        self.isRunning = isRunning
        hasStarted = state["StartedAt"]?.string.map { !$0.hasPrefix("0001-") } ?? false
        exit = Int32(truncatingIfNeeded: state["ExitCode"]?.integer ?? 0)
        error = state["Error"]?.string ?? ""
    }

    /// Why a command itself was refused, when that is what kept a container from starting.
    ///
    /// Docker has the codes of a shell for it; Podman has words only.
    static func refusal(of program: String, _ state: ContainerState, saying text: String) -> Ending? {
        if state.exit == 127 || text.contains("invoke a command that was not found") { return .notFound(program) }
        if state.exit == 126 || text.contains("exec: ") && text.contains("permission denied") { return .exited(126) }
        return nil
    }
}

/// The last line that says something: engines write what went wrong last.
func lastWords(_ bytes: [UInt8]) -> String {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    let telling = lines.last { line in
        !line.hasPrefix("Run 'docker") && !line.hasPrefix("See 'docker") && line.contains { !$0.isWhitespace }
    }
    return (telling.map(String.init) ?? "no reason given").printable
}
