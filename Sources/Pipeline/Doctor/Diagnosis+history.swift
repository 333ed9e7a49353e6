// Commits, tags, objects, and the branch that work is merged into.

extension Diagnosis {
    static func history(_ findings: Findings) -> [Condition] {
        guard let history = findings.clone.history else { return [] }
        return [head(history, findings), shallow(history, findings), tags(history, findings)]
    }

    private static func head(_ history: CloneFacts.History, _ findings: Findings) -> Condition {
        guard let head = history.head else {
            return Condition(.head, .refusal, "there is no commit yet")
                .costing("plan, run and version refuse", fix: "git add -A && git commit -m 'feat: begin'")
        }
        if let branch = history.branch { return Condition(.head, "HEAD is \(branch) at \(head.short)") }
        return Condition(.head, "HEAD is detached at \(head.short), as is usual on agents")
    }

    private static func shallow(_ history: CloneFacts.History, _ findings: Findings) -> Condition {
        guard let depth = history.depth else { return Condition(.shallow, "the whole history is here") }
        let text = "a shallow clone: depth \(depth), \(history.commits.counted("commit"))"
        let fix = "git fetch --unshallow --tags"
        if findings.planning.trouble(about: .objects) != nil, findings.clone.objects?.promisor == nil,
            findings.clone.objects?.lostAlternates.isEmpty != false
        {
            return Condition(.shallow, .refusal, text)
                .costing("plan refuses: it needs what was left out", fix: fix, jenkinsfile: .complete)
        }
        let hidden = findings.planning.versionless
        guard !hidden.isEmpty else {
            return Condition(.shallow, .note, text)
                .costing(
                    "nothing yet: the last releases are in view; version refuses once they are not", fix: fix,
                    jenkinsfile: .complete)
        }
        return Condition(.shallow, .warning, text)
            .costing(
                "slipway version refuses (exit 23), and plans have no version for \(hidden.list());"
                    + " what is selected stays exact", fix: fix, jenkinsfile: .complete)
    }

    private static func tags(_ history: CloneFacts.History, _ findings: Findings) -> Condition {
        let restore = "git config --unset-all remote.origin.tagOpt; git fetch --tags"
        if history.tags > 0 {
            let text = history.tags.counted("tag")
            guard history.passesOverTags else { return Condition(.tags, text) }
            return Condition(.tags, .note, "\(text), and no more are fetched (remote.origin.tagOpt is --no-tags)")
                .costing("a release that is made elsewhere is not seen here", fix: restore, jenkinsfile: .complete)
        }
        let cost = "every version begins at the beginning, as if nothing had been released"
        if history.passesOverTags {
            return Condition(.tags, .warning, "no tag: this clone fetches none (remote.origin.tagOpt is --no-tags)")
                .costing(cost, fix: restore, jenkinsfile: .complete)
        }
        guard findings.clone.remote != nil, !findings.planning.services.isEmpty else {
            return Condition(.tags, "no tag, and nobody to fetch one from")
        }
        // The Git plugin fetches none in multibranch jobs, and leaves no trace of that.
        return Condition(.tags, findings.machine.isServer ? .warning : .note, "no tag at all")
            .costing(
                "\(cost); right only before the first release", fix: "git fetch --tags", jenkinsfile: .complete)
    }

    // MARK: - Objects

    static func objects(_ findings: Findings) -> [Condition] {
        guard let objects = findings.clone.objects else { return [] }
        let isRefused = findings.planning.trouble(about: .objects) != nil
        let promisor = objects.promisor
        return [
            treeless(objects, promisor.flatMap { $0.leavesOutTrees ? $0 : nil }, isRefused),
            blobless(objects, promisor.flatMap { $0.leavesOutTrees ? nil : $0 }, isRefused),
            alternates(objects, isRefused), missing(objects, findings),
        ]
    }

    private static func treeless(
        _ objects: CloneFacts.Objects, _ promisor: CloneFacts.Objects.Promisor?, _ isRefused: Bool
    ) -> Condition {
        guard let promisor else { return Condition(.treeless, "folders are not left out") }
        let text = "a clone without old folders (filter \(promisor.filter))"
        // Files that nobody checked out are not brought by fetching folders.
        let fix =
            objects.missingBlobs + objects.missingTrees == 0
            ? "git config remote.\(promisor.remote).partialclonefilter blob:none && git fetch --refetch".printable
            : "git fetch --refetch --no-filter"
        guard isRefused else {
            return Condition(.treeless, .warning, text)
                .costing("plan works as long as nothing of the past is asked for, then refuses (exit 23)", fix: fix)
        }
        return Condition(.treeless, .refusal, text)
            .costing("plan, run and version refuse (exit 23): they compare folders", fix: fix, jenkinsfile: .complete)
    }

    private static func blobless(
        _ objects: CloneFacts.Objects, _ promisor: CloneFacts.Objects.Promisor?, _ isRefused: Bool
    ) -> Condition {
        guard let promisor else { return Condition(.blobless, "files are not left out") }
        let text = "a clone without old files (filter \(promisor.filter))"
        guard isRefused else {
            return Condition(.blobless, .note, text)
                .costing(
                    "nothing here: selection and versions are exact; git itself fetches a file when it needs an old one",
                    fix: "git fetch --refetch --no-filter")
        }
        let count = objects.missingBlobs.counted("file")
        return Condition(.blobless, .refusal, "\(text), \(count) of HEAD among them")
            .costing(
                "plan, run and version refuse (exit 23): a file they read is not here",
                fix: "git fetch --refetch --no-filter", jenkinsfile: .complete)
    }

    private static func alternates(_ objects: CloneFacts.Objects, _ isRefused: Bool) -> Condition {
        guard let first = objects.lostAlternates.first else {
            return Condition(.alternates, "nothing borrowed is gone")
        }
        return Condition(
            .alternates, isRefused ? .refusal : .warning, "objects are borrowed from \(first), which is gone"
        ).costing(
            isRefused ? "plan, run and version refuse (exit 23)" : "commits and files of the past may be gone",
            fix: "rm \"$(git rev-parse --git-path objects/info/alternates)\" && git fetch --refetch",
            jenkinsfile: .line("deleteDir()  // before checkout scm: without its reference repository it is no clone"))
    }

    private static func missing(_ objects: CloneFacts.Objects, _ findings: Findings) -> Condition {
        let trouble = findings.planning.trouble(about: .objects)
        let isExplained = objects.promisor != nil || !objects.lostAlternates.isEmpty
        let count = objects.missingTrees + objects.missingBlobs
        let isUnexplained = !isExplained && findings.clone.history?.depth == nil
        if let trouble, isUnexplained {
            return Condition(.objects, .refusal, trouble.message)
                .costing(
                    "plan, run and version refuse (exit 23)", fix: "git fetch --refetch",
                    jenkinsfile: .line("deleteDir()  // before checkout scm: a clone that is damaged is made anew"))
        }
        guard count > 0, !isExplained else { return Condition(.objects, "HEAD is here as far as it must be") }
        return Condition(.objects, .warning, "\(count.counted("object")) of HEAD missing or damaged")
            .costing("git checkout and git diff fail on them; plan reads ids and works", fix: "git fetch --refetch")
    }

    // MARK: - Origin

    static func remote(_ findings: Findings) -> [Condition] {
        guard findings.clone.history != nil else { return [] }
        guard let remote = findings.clone.remote else { return [Condition(.targetBranch, "there is no origin")] }
        let name = "origin/\(remote.target)"
        let cost = "a pull request is not compared with where it left \(remote.target), but with an older base or none"
        let refspec = "+refs/heads/\(remote.target):refs/remotes/\(name)"
        let fetch = "git fetch origin \(refspec.quoted)"
        let severity: Condition.Severity = findings.machine.isServer ? .warning : .note
        guard remote.isThere else {
            return [
                Condition(.targetBranch, severity, "\(name) is not here")
                    .costing(cost, fix: fetch, jenkinsfile: .refspec(refspec))
            ]
        }
        if remote.wasFetched == false || !remote.isCovered {
            let why = remote.isCovered ? "the last fetch did not bring it" : "remote.origin.fetch does not bring it"
            return [
                Condition(.targetBranch, severity, "\(name) may be old: \(why)")
                    .costing(
                        cost, fix: "git config --add remote.origin.fetch \(refspec.quoted) && git fetch origin",
                        jenkinsfile: .refspec(refspec))
            ]
        }
        if let fetched = remote.fetched, let days = days(since: fetched, at: findings.machine.now), days >= 7 {
            return [
                Condition(.targetBranch, severity, "\(name) is \(days) days old")
                    .costing(cost, fix: fetch, jenkinsfile: .refspec(refspec))
            ]
        }
        return [Condition(.targetBranch, "\(name) is here")]
    }

    private static func days(since moment: Timestamp, at now: Timestamp) -> Int? {
        now < moment ? nil : Int((now.seconds - moment.seconds) / 86_400)
    }
}
