extension TestCases {
    /// The suites that cases name: as many as are shown stay apart, the rest is one.
    struct SuiteTable: Equatable, Sendable {
        /// What has no place of its own.
        static let others = 0

        private(set) var names: [[UInt8]] = [[]]
        /// Whether a number stands for a suite of its own.
        private(set) var isShown = [false]
        /// Microseconds that the cases of a suite took, where any says so.
        private(set) var times: [Int64?] = [nil]
        private var indices: [[UInt8]: Int] = [:]
        private var lastName: [UInt8] = []
        private var lastIndex: Int?
        /// Names from here on are not told apart: there are enough before them.
        private var end: [UInt8]?

        private static let limit = 4 * TestReport.suiteLimit

        mutating func index(of name: [UInt8], adding time: Int64?) -> Int {
            let index = index(of: name)
            if let time { add(time, to: index) }
            return index
        }

        private mutating func add(_ time: Int64, to index: Int) {
            times[index] = min((times[index] ?? 0) + min(time, 1 << 60), 1 << 60)
        }

        private mutating func index(of name: [UInt8]) -> Int {
            if let lastIndex, lastName == name { return lastIndex }
            let index = indices[name] ?? insert(name)
            (lastName, lastIndex) = (name, index)
            return index
        }

        private mutating func insert(_ name: [UInt8]) -> Int {
            if let end, !name.lexicographicallyPrecedes(end) { return Self.others }
            if indices.count == Self.limit { forgetHalf() }
            let index = names.count
            indices[name] = index
            names.append(name)
            isShown.append(true)
            times.append(nil)
            return index
        }

        /// Leaves the first names, by their bytes: whatever the order in which they come, the same ones stay.
        private mutating func forgetHalf() {
            let sorted = indices.keys.sorted { $0.lexicographicallyPrecedes($1) }
            end = sorted[Self.limit / 2]
            for name in sorted[(Self.limit / 2)...] {
                guard let index = indices.removeValue(forKey: name) else { continue }
                if let time = times[index] { add(time, to: Self.others) }
                (names[index], times[index], isShown[index]) = ([], nil, false)
            }
            lastIndex = nil
        }

        /// Takes over the suites of another table; gives the number each has here.
        mutating func add(_ other: SuiteTable) -> [Int] {
            var map = other.names.indices.map { other.isShown[$0] ? index(of: other.names[$0]) : Self.others }
            // What was forgotten meanwhile stands with the others.
            for place in map.indices where !isShown[map[place]] { map[place] = Self.others }
            for (place, time) in other.times.enumerated() {
                if let time { add(time, to: map[place]) }
            }
            return map
        }
    }

    /// What is told of cases that did not simply pass: of the first by name, as many as lists can need.
    struct FailureTable: Equatable, Sendable {
        /// What one attempt said.
        struct Detail: Equatable, Sendable {
            // `suite.name`, as it is shown.
            let text: String
            let message: String?
            var place: String?
        }

        private(set) var details: [UInt32: Detail] = [:]
        /// Texts after this one are not kept.
        private var end: String?

        private static let limit = 20_000
        private static let repeatLimit = 4
        private static let textLimit = 4 * TestReport.nameLimit

        mutating func note(_ test: Raw, named name: [UInt8], order: UInt32) {
            let text = TestCases.text(test.suite[...], name.prefix(Self.textLimit))
            note(Detail(text: text, message: test.message, place: test.place), order)
        }

        private mutating func note(_ detail: Detail, _ order: UInt32) {
            if let end, !(detail.text < end) { return }
            details[order] = detail
            if details.count > Self.limit { forgetHalf() }
        }

        /// Leaves the first texts, and of one text the first few.
        private mutating func forgetHalf() {
            let sorted = details.sorted {
                $0.value.text == $1.value.text ? $0.key < $1.key : $0.value.text < $1.value.text
            }
            details = [:]
            var (text, repeats) = ("", 0)
            for (order, detail) in sorted {
                repeats = detail.text == text ? repeats + 1 : 0
                if repeats == 0, details.count >= Self.limit / 2 {
                    end = detail.text
                    return
                }
                text = detail.text
                if repeats < Self.repeatLimit { details[order] = detail }
            }
        }

        mutating func shortenPlaces(below folder: String) {
            for (order, detail) in details {
                guard let place = detail.place, place.hasPrefix(folder + "/") else { continue }
                details[order]?.place = String(place.dropFirst(folder.count + 1))
            }
        }

        mutating func add(_ other: FailureTable, after count: UInt32) {
            for (order, detail) in other.details { note(detail, order + count) }
        }
    }

    /// How people call a test.
    static func text(_ suite: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> String {
        let suite = String(decoding: suite.prefix(4 * TestReport.nameLimit), as: UTF8.self)
        let name = String(decoding: name, as: UTF8.self)
        return suite.isEmpty ? name : "\(suite).\(name)"
    }
}
