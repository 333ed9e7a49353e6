// The index and the files of the work tree.

extension Diagnosis {
    static func checkout(_ findings: Findings) -> [Condition] {
        guard let checkout = findings.clone.checkout else { return [] }
        return [
            index(checkout, findings), splitIndex(checkout, findings), sparseIndex(checkout, findings),
            sparseCheckout(checkout, findings), submodules(checkout, findings), largeFiles(checkout, findings),
        ] + uncommitted(findings)
    }

    private static let cost = "plan and run refuse (exit 23): uncommitted work cannot be told; plan --committed works"

    private static func severity(_ findings: Findings) -> Condition.Severity {
        findings.planning.trouble(about: .index) == nil ? .warning : .refusal
    }

    private static func index(_ checkout: CloneFacts.Checkout, _ findings: Findings) -> Condition {
        guard case .unreadable(let message) = checkout.index else { return Condition(.index, "the index is readable") }
        return Condition(.index, severity(findings), "the index cannot be read: \(message)")
            .costing(
                cost, fix: "rm -f \"$(git rev-parse --git-path index)\" && git reset -q",
                jenkinsfile: .line("deleteDir()  // before checkout scm: a clone that is damaged is made anew"))
    }

    private static func splitIndex(_ checkout: CloneFacts.Checkout, _ findings: Findings) -> Condition {
        let fix = "git update-index --no-split-index"
        if checkout.index == .split {
            return Condition(.splitIndex, severity(findings), "the index is split, which is not read")
                .costing(
                    cost, fix: (checkout.isSplitConfigured ? "git config core.splitIndex false && " : "") + fix,
                    jenkinsfile: .line("sh 'git config core.splitIndex false && \(fix)'  // after checkout scm"))
        }
        guard checkout.isSplitConfigured else { return Condition(.splitIndex, "the index is one file") }
        return Condition(.splitIndex, .warning, "core.splitIndex is set: the next git command may split the index")
            .costing(
                "plan and run refuse (exit 23) once it is split", fix: "git config core.splitIndex false && \(fix)",
                jenkinsfile: .line("sh 'git config core.splitIndex false'  // after checkout scm"))
    }

    private static func sparseIndex(_ checkout: CloneFacts.Checkout, _ findings: Findings) -> Condition {
        guard checkout.index == .sparse else { return Condition(.sparseIndex, "the index names every file") }
        let fix = "git sparse-checkout reapply --no-sparse-index"
        return Condition(
            .sparseIndex, severity(findings), "the index is sparse, and with uncommitted work that is not read"
        )
        .costing(cost, fix: fix, jenkinsfile: .line("sh '\(fix)'  // after checkout scm"))
    }

    private static func sparseCheckout(_ checkout: CloneFacts.Checkout, _ findings: Findings) -> Condition {
        guard checkout.isSparse || !checkout.leftOut.isEmpty else {
            return Condition(.sparseCheckout, "every file is checked out")
        }
        guard !checkout.leftOut.isEmpty else {
            return Condition(.sparseCheckout, .note, "a sparse checkout, which leaves nothing out")
                .costing("nothing here", fix: "git sparse-checkout disable")
        }
        return Condition(
            .sparseCheckout, .warning, "a sparse checkout leaves out \(checkout.leftOut.count.counted("file"))"
        ).costing(
            absence(findings), fix: "git sparse-checkout disable",
            jenkinsfile: .line("sh 'git sparse-checkout disable'  // after checkout scm, or drop sparseCheckout(…)"))
    }

    private static func submodules(_ checkout: CloneFacts.Checkout, _ findings: Findings) -> Condition {
        guard !checkout.submodules.isEmpty else { return Condition(.submodules, "no submodule is missing") }
        return Condition(
            .submodules, .warning,
            "\(checkout.submodules.count.counted("submodule")) not initialised (\(checkout.submodules.list()))"
        ).costing(
            absence(findings), fix: "git submodule update --init --recursive",
            jenkinsfile: .checkout("submodule(recursiveSubmodules: true, parentCredentials: true)"))
    }

    private static func largeFiles(_ checkout: CloneFacts.Checkout, _ findings: Findings) -> Condition {
        guard !checkout.pointers.isEmpty else { return Condition(.largeFiles, "no large file is missing") }
        return Condition(
            .largeFiles, .warning,
            "\(checkout.pointers.count.counted("file")) of git-lfs not fetched (\(checkout.pointers.list()))"
        ).costing(absence(findings), fix: "git lfs pull", jenkinsfile: .checkout("lfs()"))
    }

    private static func absence(_ findings: Findings) -> String {
        let services = findings.planning.incomplete
        guard !services.isEmpty else { return "nothing here: no service owns what is not there; plans are exact" }
        return "slipway run refuses \(services.list()), whose files are not all there; plans are exact"
    }

    private static func uncommitted(_ findings: Findings) -> [Condition] {
        // Without a plan nobody looked.
        guard findings.planning.trouble == nil, findings.clone.form.workTree != nil else { return [] }
        let dirt = findings.planning.dirt
        guard !dirt.isEmpty else { return [Condition(.uncommitted, "nothing is uncommitted")] }
        return [
            Condition(
                .uncommitted, findings.machine.isServer ? .warning : .note,
                "\(dirt.count.counted("file")) uncommitted (\(dirt.list()))"
            ).costing(
                "what is built from it stays here: not pushed, and its record counts for nobody else",
                fix: "git stash -u", jenkinsfile: .checkout("cleanBeforeCheckout()"))
        ]
    }
}
