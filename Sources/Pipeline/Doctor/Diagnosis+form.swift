// How the clone is made, and what git honours in it that Slipway does not.

extension Diagnosis {
    static func form(_ findings: Findings) -> [Condition] {
        let form = findings.clone.form
        return [repository(findings), objectFormat(form), refStorage(form), bare(form), linked(form), owner(form)]
    }

    private static func repository(_ findings: Findings) -> Condition {
        let form = findings.clone.form
        guard let trouble = findings.planning.trouble(about: .repository), form.objectFormat == "sha1",
            form.refStorage == "files"
        else {
            return Condition(.repository, "a git repository at \(form.workTree ?? form.commonFolder)")
        }
        let copy = (form.workTree ?? form.commonFolder).withoutTrailingSlash + "-new"
        let address = "\"$(git config -f \((form.commonFolder + "config").quoted) remote.origin.url)\""
        return Condition(.repository, .refusal, trouble.message)
            .costing(
                "every command refuses",
                // What lost a part is fetched anew; of the rest git knows more.
                fix: trouble.fault == .history ? "git clone \(address) \(copy.quoted)" : "git fsck --full",
                jenkinsfile: .line("deleteDir()  // before checkout scm: a clone that is damaged is made anew"))
    }

    private static func objectFormat(_ form: CloneFacts.Form) -> Condition {
        guard form.objectFormat != "sha1" else { return Condition(.objectFormat, "ids are SHA-1") }
        // What is beside it may be somebody's; a name that says what it is hardly is.
        let copy = (form.workTree ?? form.commonFolder).withoutTrailingSlash + "-sha1"
        return Condition(
            .objectFormat, .refusal,
            "ids are \(form.objectFormat == "sha256" ? "SHA-256" : form.objectFormat), which libgit2 1.5 cannot read"
        ).costing(
            "every command refuses; a SHA-1 clone has the same files and other ids",
            fix: "git init -q \(copy.quoted) && git fast-export --all --signed-tags=strip"
                + " | git -C \(copy.quoted) fast-import --quiet")
    }

    private static func refStorage(_ form: CloneFacts.Form) -> Condition {
        guard form.refStorage != "files" else { return Condition(.refStorage, "refs are files") }
        return Condition(
            .refStorage, .refusal, "refs are kept as \(form.refStorage), which libgit2 1.5 cannot read"
        ).costing("every command refuses", fix: "git refs migrate --ref-format=files")
    }

    private static func bare(_ form: CloneFacts.Form) -> Condition {
        guard form.workTree == nil else { return Condition(.bare, "there is a work tree") }
        let folder = form.commonFolder.withoutTrailingSlash
        let name = folder.hasSuffix(".git") ? String(folder.dropLast(4)) : folder
        return Condition(.bare, .warning, "a bare repository: no file is checked out")
            .costing(
                "slipway run refuses; plan and version work", fix: "git worktree add \((name + "-work").quoted)",
                jenkinsfile: .line("checkout scm"))
    }

    private static func linked(_ form: CloneFacts.Form) -> Condition {
        guard form.isLinked else { return Condition(.linkedWorkTree, "the only work tree, or the first one") }
        let ledger = form.commonFolder + "../.slipway/ledger"
        return Condition(.linkedWorkTree, .note, "a linked work tree of \(form.commonFolder)")
            .costing(
                "its ledger folder is its own: what was recorded in the others is built again",
                fix: "mkdir -p .slipway && cp -r \(ledger.quoted) .slipway/")
    }

    private static func owner(_ form: CloneFacts.Form) -> Condition {
        guard let owner = form.foreignOwner else { return Condition(.owner, "the clone belongs to whoever runs this") }
        let place = (form.workTree ?? form.commonFolder).withoutTrailingSlash
        guard !form.isDeclaredSafe else {
            return Condition(.owner, "the clone belongs to user \(owner), and git was told that it is safe")
        }
        let command = "git config --global --add safe.directory \(place.quoted)"
        return Condition(.owner, .note, "the clone belongs to user \(owner)")
            .costing(
                "Slipway works; git itself refuses (\"dubious ownership\"), also in what builds call", fix: command,
                jenkinsfile: .line("sh \"git config --global --add safe.directory '$WORKSPACE'\""))
    }

    // MARK: - Oddities

    static func oddities(_ findings: Findings) -> [Condition] {
        guard findings.clone.history != nil else { return [] }
        let oddities = findings.clone.oddities
        return [
            replacements(oddities), grafts(oddities, findings.clone.form), lineEndings(oddities),
            conversions(oddities), caseFolding(oddities),
        ]
    }

    private static func replacements(_ oddities: CloneFacts.Oddities) -> Condition {
        guard oddities.replacements > 0 else { return Condition(.replacements, "no object is replaced") }
        let count = oddities.replacements.counted("object")
        return Condition(
            .replacements, .warning, "git shows \(count) replaced (refs/replace); Slipway reads what is there"
        )
        .costing(
            "versions and reasons follow the history as it was committed, and differ from git log",
            fix: "git replace -d $(git replace -l)")
    }

    private static func grafts(_ oddities: CloneFacts.Oddities, _ form: CloneFacts.Form) -> Condition {
        guard oddities.grafts > 0 else { return Condition(.grafts, "no parents are grafted") }
        let file = form.commonFolder + "info/grafts"
        return Condition(
            .grafts, .warning,
            "git gives \(oddities.grafts.counted("commit")) other parents (info/grafts); Slipway reads what is there"
        ).costing(
            "versions and reasons follow the history as it was committed, and differ from git log",
            fix: "rm \(file.quoted)")
    }

    private static func lineEndings(_ oddities: CloneFacts.Oddities) -> Condition {
        guard let value = oddities.lineEndings else {
            return Condition(.lineEndings, "files lie as they are committed")
        }
        return Condition(.lineEndings, .note, "core.autocrlf is \(value): files may lie with other line endings")
            .costing(
                "keys are those of what is committed, but commands build what lies there",
                fix: "git config core.autocrlf false && git rm -rq --cached . && git reset -q --hard",
                jenkinsfile: .line("sh 'git config --global core.autocrlf false'  // before checkout scm"))
    }

    private static func conversions(_ oddities: CloneFacts.Oddities) -> Condition {
        guard !oddities.conversions.isEmpty else {
            return Condition(.conversions, "no attribute has git convert files in a way of its own")
        }
        return Condition(
            .conversions, .warning, "git converts files as only it can (\(oddities.conversions.list()))"
        ).costing(
            "such a file counts as uncommitted work once it is checked out or touched: nothing is pushed then",
            fix: "sed -i 's/ working-tree-encoding=[^ ]*//' .gitattributes && git add --renormalize . && git commit")
    }

    private static func caseFolding(_ oddities: CloneFacts.Oddities) -> Condition {
        guard oddities.foldsCase else { return Condition(.caseFolding, "the file system tells a from A") }
        return Condition(.caseFolding, .note, "the file system takes a and A for one name")
            .costing(
                "of two committed paths that differ only so one is not there, and counts as uncommitted work",
                fix: "git ls-files | sort -f | uniq -Di  # rename one of each pair")
    }
}

extension String {
    var withoutTrailingSlash: String { hasSuffix("/") && utf8.count > 1 ? String(dropLast()) : self }
}
