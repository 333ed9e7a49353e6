// What belongs to no clone: configuration, key, programs, disk, clock.

extension Diagnosis {
    static func setup(_ findings: Findings) -> [Condition] {
        configuration(findings) + [signingKey(findings)] + workspace(findings)
    }

    private static func configuration(_ findings: Findings) -> [Condition] {
        if let trouble = findings.planning.trouble(about: .configuration) {
            let isAbsent = trouble.hint?.contains("slipway init") == true
            return [
                Condition(.configuration, .refusal, trouble.message)
                    .costing(
                        "plan, run and version refuse (exit 65)", fix: isAbsent ? "slipway init" : trouble.hint)
            ]
        }
        // Another refusal comes before anybody reads it.
        let services = findings.planning.services
        guard !services.isEmpty else { return [] }
        return [Condition(.configuration, "the configuration is valid: \(services.counted("service"))")]
    }

    private static func signingKey(_ findings: Findings) -> Condition {
        if let trouble = findings.planning.trouble(about: .key) {
            return Condition(.signingKey, .refusal, trouble.message)
                .costing("plan and run refuse (exit 65)", fix: trouble.hint ?? "unset SLIPWAY_KEY")
        }
        if case .key(let id) = findings.machine.signing {
            return Condition(.signingKey, "records are signed with key \(id.prefix(12))")
        }
        let cost =
            findings.machine.isServer
            ? "records are worth a pull request at most: a branch builds everything again on every run"
            : "records are not signed, which matters only to others"
        return Condition(.signingKey, findings.machine.isServer ? .warning : .note, "no key (SLIPWAY_KEY)")
            .costing(
                cost,
                fix:
                    "slipway record key --out ~/.slipway-keys ci && export SLIPWAY_KEY=\"$(cat ~/.slipway-keys/ci.key)\"",
                jenkinsfile: .line(
                    "withCredentials([string(credentialsId: 'slipway-key', variable: 'SLIPWAY_KEY')]) { … }"))
    }

    private static func workspace(_ findings: Findings) -> [Condition] {
        guard let folder = findings.machine.workspace else { return [] }
        let ledger: Condition
        if findings.machine.isWritable {
            ledger = Condition(.ledger, "records can be kept in \(folder)")
        } else {
            ledger = Condition(.ledger, .warning, "nothing can be written to \(folder)")
                .costing(
                    "slipway run refuses (exit 75); plan and version work",
                    fix: "sudo chown -R \"$(id -u)\" \(folder.quoted) && chmod -R u+rwX \(folder.quoted)",
                    jenkinsfile: .line("agent { docker { image '…'; args '-u 1000:1000' } }  // the user of the agent"))
        }
        guard findings.clone.history != nil else { return [ledger] }
        guard !findings.clone.oddities.ignoresWorkspace else {
            return [ledger, Condition(.workspace, "git ignores .slipway")]
        }
        let file = findings.clone.form.commonFolder + "info/exclude"
        let unignored = Condition(.workspace, .note, "git does not ignore .slipway")
            .costing(
                "git status shows it until the first run, which adds it to info/exclude; Slipway never takes it for work",
                fix: "echo /.slipway/ >> \(file.quoted)")
        return [ledger, unignored]
    }

    // MARK: - Machine

    static func machine(_ findings: Findings) -> [Condition] {
        let machine = findings.machine
        return [Condition(.libgit2, "libgit2 \(machine.gitLibrary)")] + machine.programs.map(program) + disk(machine)
            + clock(findings)
    }

    private static func program(_ program: MachineFacts.Program) -> Condition {
        let callers = program.services.list()
        if let engine = program.engine { return self.engine(engine, program.name, for: callers) }
        if let path = program.path { return Condition(.program, "\(program.name) is \(path), for \(callers)") }
        let install = packages[program.name] ?? "command -v \(program.name.quoted)  # install it, or put it on PATH"
        return Condition(.program, .warning, "\(program.name) is not on PATH")
            .costing(
                "the steps of \(callers) fail (exit 11)", fix: install,
                jenkinsfile: .line("agent { label '\(program.name)' }  // an agent that has it"))
    }

    private static func engine(_ engine: MachineFacts.Engine, _ name: String, for callers: String) -> Condition {
        switch engine {
        case .answers(let version): return Condition(.containers, "\(name) \(version) answers, for \(callers)")
        case .silent(let problem, let hint):
            return Condition(.containers, .warning, problem)
                .costing(
                    "the steps of \(callers) cannot be taken (exit 75)", fix: hint,
                    jenkinsfile: .line("agent { label 'docker' }  // an agent that has one"))
        }
    }

    /// What brings a program on Debian, or for those that are not there.
    private static let packages = [
        "java": "apt-get install -y default-jdk-headless",
        "gradle": "gradle wrapper  # where Gradle is; commit gradlew",
        "mvn": "apt-get install -y maven", "swift": "swiftly install latest  # https://www.swift.org/install",
        "cargo": "apt-get install -y cargo", "go": "apt-get install -y golang-go",
        "node": "apt-get install -y nodejs", "npm": "apt-get install -y npm", "pnpm": "corepack enable pnpm",
        "yarn": "corepack enable yarn", "python3": "apt-get install -y python3", "cmake": "apt-get install -y cmake",
        "ctest": "apt-get install -y cmake", "make": "apt-get install -y make",
    ]

    private static func disk(_ machine: MachineFacts) -> [Condition] {
        guard let free = machine.freeBytes else { return [] }
        let mebibytes = "\(free >> 20) MiB"
        guard free < 1 << 30 else { return [Condition(.disk, "\(mebibytes) free")] }
        return [
            Condition(.disk, .warning, "only \(mebibytes) free")
                .costing(
                    "a run that fills the disk ends with exit 75, its records unwritten", fix: "slipway clean",
                    jenkinsfile: .line("cleanWs()  // in post { always { … } }"))
        ]
    }

    private static func clock(_ findings: Findings) -> [Condition] {
        guard let committed = findings.clone.history?.committed else { return [] }
        let now = findings.machine.now
        guard committed.seconds - now.seconds > 3600 else {
            return [Condition(.clock, "HEAD was committed before now, \(now)")]
        }
        return [
            Condition(.clock, .warning, "HEAD was committed at \(committed), and here it is \(now)")
                .costing(
                    "records look older than what they are about, and a gate takes new ones for old",
                    fix: "sudo timedatectl set-ntp true")
        ]
    }
}
