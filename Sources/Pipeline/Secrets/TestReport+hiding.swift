extension TestReport {
    /// The report without what must not be read, wherever a runner's own words stand in it.
    public func hiding(with redaction: Redaction) -> TestReport {
        func clean(_ text: String) -> String { redaction.redacted(text, wasCut: text.count >= Self.nameLimit) }
        var report = self
        for number in suites.indices { report.suites[number].name = clean(suites[number].name) }
        for (number, failure) in failing.enumerated() {
            report.failing[number].id = clean(failure.id)
            report.failing[number].message = failure.message.map(clean)
        }
        report.flaky = flaky.map(clean)
        for number in problems.indices { report.problems[number].detail = clean(problems[number].detail) }
        report.notes = notes?.map(clean)
        return report
    }
}
