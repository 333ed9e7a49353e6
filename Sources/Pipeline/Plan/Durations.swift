/// How long steps are expected to take, from what was last recorded of them.
///
/// A step of which nobody knows is taken for the median of its kind, else of all steps, else for a second.
public struct Durations: Equatable, Sendable {
    private let known: [ServiceName: [Step.Kind: Int64]]
    private let medians: [Step.Kind: Int64]
    private let median: Int64

    /// Whatever a record says: sums of these fit.
    static let range: ClosedRange<Int64> = 0...(100 * 86_400_000)

    /// `timings` are milliseconds by step.
    public init(_ timings: [ServiceName: [String: Int64]]) {
        known = timings.mapValues { timings in
            Step.Kind.allCases.reduce(into: [:]) { $0[$1] = timings[$1.rawValue]?.clamped(to: Self.range) }
        }
        let byKind = known.values.reduce(into: [Step.Kind: [Int64]]()) { lists, durations in
            for (kind, duration) in durations { lists[kind, default: []].append(duration) }
        }
        medians = byKind.compactMapValues(Self.median)
        median = Self.median(of: byKind.values.flatMap(\.self)) ?? 1000
    }

    /// Whether anything is known of a service.
    public func knows(_ name: ServiceName) -> Bool { known[name]?.isEmpty == false }

    public func milliseconds(_ step: Step) -> Int64 {
        known[step.service]?[step.kind] ?? medians[step.kind] ?? median
    }

    private static func median(of values: [Int64]) -> Int64? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}
