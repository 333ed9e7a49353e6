import Pipeline

/// Takes from a JSON report what is read of it, whichever of the known formats it is.
struct JSONReport: JSONListener {
    private var sarif = SARIFRuns()
    private var totals = LLVMTotals()
    private var type: String?
    private var version: String?
    private var schema: String?

    mutating func begin(_ place: JSONPlace, isArray: Bool) { sarif.begin(place, isArray: isArray) }

    mutating func end(_ place: JSONPlace, isArray: Bool) { sarif.end(place) }

    mutating func value(_ text: String, at place: JSONPlace) {
        switch place.steps.count {
        case 1:
            if place.steps[0] == "type" { type = text }
            if place.steps[0] == "version" { version = text }
            if place.steps[0] == "$schema" { schema = text }
        default:
            if place.steps[0] == "data" { totals.take(text, place) }
            if place.steps[0] == "runs" { sarif.take(text, place) }
        }
    }

    var isSARIF: Bool {
        sarif.isThere && (schema?.contains("sarif") == true || version?.hasPrefix("2.") == true)
    }
    var isLLVM: Bool { type == "llvm.coverage.json.export" }

    var findings: [ToolFindings] { sarif.found }
    var coverage: Coverage? { totals.coverage }
}

/// The sums at the end of what `llvm-cov export` writes.
private struct LLVMTotals {
    private var counts: [String: Int] = [:]

    mutating func take(_ text: String, _ place: JSONPlace) {
        guard place.steps.count == 5, place.steps[1] == "[]", place.steps[2] == "totals", let count = Int(text) else {
            return
        }
        let name = place.steps[3] + "." + place.steps[4]
        guard ["lines.count", "lines.covered", "branches.count", "branches.covered"].contains(name) else { return }
        counts[name] = min(max((counts[name] ?? 0) + min(max(count, 0), 1 << 40), 0), 1 << 40)
    }

    var coverage: Coverage? {
        guard let lines = ratio("lines") else { return nil }
        return Coverage(.llvm, lines: lines, branches: ratio("branches").flatMap { $0.total > 0 ? $0 : nil })
    }

    private func ratio(_ name: String) -> Coverage.Ratio? {
        counts[name + ".count"].map { Coverage.Ratio(covered: counts[name + ".covered"] ?? 0, total: $0) }
    }
}

/// The runs of a SARIF file: which tool, and how many results of which level.
private struct SARIFRuns {
    private(set) var isThere = false
    private(set) var found: [ToolFindings] = []
    private var tool = ""
    private var ran = false
    private var counts: [String: Int] = [:]
    /// Results without a level, by their rule: its default may stand further on.
    private var open: [String: Int] = [:]
    private var levels: [String: String] = [:]
    private var rule = (id: "", level: "", index: 0)
    private var result = Result()

    private struct Result {
        var level: String?
        var kind = "fail"
        var rule = ""
        var suppressions = 0
        var isRefused = false
        var baseline = ""
    }

    private static let ruleLimit = 20_000

    mutating func begin(_ place: JSONPlace, isArray: Bool) {
        guard place.steps.first == "runs" else { return }
        switch place.steps.count {
        case 1: isThere = isArray
        case 2: (tool, ran, counts, open, levels, rule.index) = ("", false, [:], [:], [:], 0)
        case 3: if isArray, place.steps[2] == "results" { ran = true }
        case 4: if place.steps[2] == "results" { result = Result() }
        default:
            if place.matches("runs.[].tool.driver.rules.[]") { (rule.id, rule.level) = ("", "") }
            if place.matches("runs.[].results.[].suppressions.[]") { result.suppressions += 1 }
        }
    }

    mutating func take(_ text: String, _ place: JSONPlace) {
        let steps = place.steps.dropFirst(2)
        switch steps.joined(separator: ".") {
        case "tool.driver.name": tool = text
        case "tool.driver.rules.[].id": rule.id = text
        case "tool.driver.rules.[].defaultConfiguration.level": rule.level = text
        case "results.[].level": result.level = text
        case "results.[].kind": result.kind = text
        case "results.[].ruleId": result.rule = text
        case "results.[].rule.id": if result.rule.isEmpty { result.rule = text }
        case "results.[].ruleIndex": if result.rule.isEmpty { result.rule = "#" + text }
        case "results.[].baselineState": result.baseline = text
        case "results.[].suppressions.[].status":
            if text == "underReview" || text == "rejected" { result.isRefused = true }
        default: break
        }
    }

    mutating func end(_ place: JSONPlace) {
        guard place.steps.first == "runs" else { return }
        if place.steps.count == 4, place.steps[2] == "results" {
            endResult()
        } else if place.steps.count == 2 {
            endRun()
        } else if place.matches("runs.[].tool.driver.rules.[]") {
            if levels.count < Self.ruleLimit, !rule.level.isEmpty {
                levels[rule.id] = rule.level
                levels["#\(rule.index)"] = rule.level
            }
            rule.index += 1
        }
    }

    /// What was suppressed, or is gone since the last time, is no finding.
    private mutating func endResult() {
        guard result.kind == "fail", result.baseline != "absent", result.suppressions == 0 || result.isRefused else {
            return
        }
        if let level = result.level {
            counts[level, default: 0] += 1
        } else if open.count < Self.ruleLimit || open[result.rule] != nil {
            open[result.rule, default: 0] += 1
        } else {
            counts["warning", default: 0] += 1
        }
    }

    private mutating func endRun() {
        for (rule, count) in open { counts[levels[rule] ?? "warning", default: 0] += count }
        guard found.count < 1000 else { return }
        found.append(
            ToolFindings(
                tool: tool.isEmpty ? "(unnamed)" : tool, ran: ran, errors: counts["error"] ?? 0,
                warnings: counts["warning"] ?? 0, notes: counts["note"] ?? 0))
    }
}
