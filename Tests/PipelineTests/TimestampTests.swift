import Fixtures
import Pipeline
import Testing

struct TimestampTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_795_239_065, "2026-11-21T05:31:05Z"),
        (-1, "1969-12-31T23:59:59Z"), (4_102_444_799, "2099-12-31T23:59:59Z"),
        (-62_135_596_800, "0001-01-01T00:00:00Z"),
    ])
    func `moments are written as RFC 3339 in UTC, and read back`(seconds: Int64, text: String) {
        #expect("\(Timestamp(seconds: seconds))" == text)
        #expect(Timestamp(parsing: text)?.seconds == seconds)
    }

    @Test(arguments: [
        "2026-02-30T00:00:00Z", "2026-11-21T05:31:05+01:00", "2026-11-21 05:31:05Z", "2026-11-21T24:00:00Z", "x",
    ])
    func `other texts are no moments`(text: String) {
        #expect(Timestamp(parsing: text) == nil)
    }

    @Test(arguments: [("90s", Int64(90)), ("20m", 1200), ("2h", 7200), ("14d", 1_209_600), ("0s", 0)])
    func `durations`(text: String, seconds: Int64) {
        #expect(Seconds(parsing: text)?.count == seconds)
    }

    @Test(arguments: ["", "m", "-5m", "5", "1.5h", "99999999999999999999d", "5 m"])
    func `other texts are no durations`(text: String) {
        #expect(Seconds(parsing: text) == nil)
    }
}
