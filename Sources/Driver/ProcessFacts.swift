import FoundationEssentials
public import Pipeline

enum ProcessFacts {
    static var id: Int32 { ProcessInfo.processInfo.processIdentifier }
}

extension Timestamp {
    public static var now: Timestamp { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
}
