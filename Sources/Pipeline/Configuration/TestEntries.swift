extension ConfigurationFile {
    /// `{vanished-tests: 3}`; what is left out is as everywhere else.
    public struct RatchetEntry: Decodable, Equatable, Sendable {
        public var vanishedTests: Int?
        public var grownSkips: Int?

        private enum CodingKeys: String, CodingKey {
            case vanishedTests = "vanished-tests"
            case grownSkips = "grown-skips"
        }
    }

    /// A test in quarantine as it was written: nothing in it may be left out, which the reader of the service says.
    public struct QuarantineEntry: Decodable, Equatable, Sendable {
        public var test: String?
        public var owner: String?
        public var ticket: String?
        public var expires: Day?
    }
}
