import Pipeline
import Testing

struct PlainScalarTests {
    @Test(arguments: [
        ("", Document.Content.null), ("~", .null), ("Null", .null), ("nULL", .text("nULL")),
        ("yes", .bool(true)), ("ON", .bool(true)), ("False", .bool(false)), ("tRue", .text("tRue")),
        ("0", .integer(0)), ("-12", .integer(-12)), ("+7", .integer(7)),
        ("9223372036854775808", .other("9223372036854775808")), ("0755", .other("0755")), ("0x1F", .other("0x1F")),
        ("0b10", .other("0b10")), ("0o17", .other("0o17")), ("1_000", .other("1_000")), ("1.2", .other("1.2")),
        (".5", .other(".5")), ("-.5", .text("-.5")), ("1e9", .other("1e9")), ("1.5E-3", .other("1.5E-3")),
        ("1e", .text("1e")), (".inf", .other(".inf")), ("-.INF", .other("-.INF")), (".NaN", .other(".NaN")),
        ("1:30", .other("1:30")), ("1:30:59.5", .other("1:30:59.5")), ("1:75", .text("1:75")),
        ("2027-01-31", .other("2027-01-31")), ("2027-1-31", .text("2027-1-31")),
        ("2027-01-31T10:00:00Z", .other("2027-01-31T10:00:00Z")), ("2027-01-31-x", .text("2027-01-31-x")),
        ("1.2.3", .text("1.2.3")), ("20m", .text("20m")), ("14d", .text("14d")), ("-x", .text("-x")),
        (".", .text(".")), ("..", .text("..")), ("+", .text("+")), ("--1", .text("--1")), ("0x", .text("0x")),
        ("./gradlew build", .text("./gradlew build")), ("<<", .other("<<")), ("=", .other("=")),
        ("node", .text("node")),
    ])
    func `a plain scalar is what YAML 1_1 says`(text: String, content: Document.Content) {
        #expect(Document.Content(plain: text) == content)
    }
}
