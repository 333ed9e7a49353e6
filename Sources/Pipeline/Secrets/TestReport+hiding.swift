extension TestReport {
    /// The report without what must not be read, wherever a runner's own words stand in it.
    public func hiding(with redaction: Redaction) -> TestReport {
        var report = self
        for number in suites.indices { report.suites[number].name = redaction.redacted(suites[number].name) }
        for (number, failure) in failing.enumerated() {
            report.failing[number].id = redaction.redacted(failure.id)
            report.failing[number].message = failure.message.map(redaction.redacted)
        }
        report.flaky = flaky.map(redaction.redacted)
        for number in problems.indices { report.problems[number].detail = redaction.redacted(problems[number].detail) }
        report.notes = notes?.map(redaction.redacted)
        return report
    }
}
