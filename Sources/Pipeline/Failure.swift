/// An error whose reader is whoever ran the tool.
public protocol Failure: Error, CustomStringConvertible {
    /// What kind of trouble it is; decides the exit code.
    var fault: Fault { get }
    /// One thing to try, or nothing.
    var hint: String? { get }
}

/// The kinds of trouble that end a command without an outcome.
///
/// Red builds and closed gates are values, not faults.
public enum Fault: Sendable, Equatable {
    /// The command line was wrong.
    case usage
    /// A configuration, policy or input file was wrong.
    case input
    /// A signature, digest, identity or form is wrong.
    case unverifiable
    /// The answer depends on history that this clone does not have.
    case history
    /// Registry, disk or network failed; a retry may help.
    case environment
    /// Slipway itself is wrong.
    case bug
}
