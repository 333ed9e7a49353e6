import Execution

/// For the end of a program that must end now.
public enum Teardown {
    /// Ends every process that commands of this program started, whatever they are doing.
    public static func endProcesses() { Descendants.end() }
}
