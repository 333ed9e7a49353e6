extension Schema {
    /// `slipway.yaml`.
    public static let slipway = Schema.object([
        Field(
            "registry", .text, "Images are pushed to `<registry>/<image name>`. Without it they stay in an OCI layout."),
        Field("ledger", .list(ledgerPlace), "Where records are kept and looked for: all of these."),
        Field(
            "discover", .list(.text),
            "Folders (globs) that become services when a toolchain or a Dockerfile is in them."),
        Field("exclude", .list(.text), "Folders (globs) that are never discovered."),
        Field("services", .map(service), "Services and libraries by name."),
        Field("versioning", .object(versioning), "How versions follow from commits, for all services."),
        Field("classes", classes, "Path classes of files that no service owns: globs by class."),
        Field(
            "pools", .map(.integer(1...1000)),
            "How many commands may be in a named pool at once; in one that is not named here, one.",
            standard: .object([:])),
        Field(
            "ratchets", .object(ratchets), "How far tests may vanish and skips may grow since the last passing record."
        ),
        Field("retention", .object(retention), "What `slipway clean` keeps."),
        Field("registries", .map(.object(registry)), "Connection settings by registry host."),
        Field("trust", .text, "The file of trusted keys, for reusing records. A gate is given its own."),
        Field("environments", .map(.object(policy)), "What an environment demands. A gate is given its own."),
    ])

    private static let ledgerPlace = Schema.either([
        .choice(["registry", "folder", "notes"]),
        .object([Field("audit", .text, "A folder for `ledger.jsonl`, a file that is only ever added to.")]),
    ])

    static let service = Schema.object([
        Field("path", .text, "The folder of the service."),
        Field("paths", .list(.text), "The folders of the service; commands run in the first."),
        Field("earlier", .list(.text), "Folders it lay in before; its history there counts.", standard: .array([])),
        Field(
            "kind", .choice(["service", "library"]), "A library has no version and no image.",
            standard: .string("service")),
        Field("toolchain", .choice(Toolchain.all.map(\.name)), "Recognised by the files in the folder when left out."),
        Field(
            "needs", .list(.either([.text, .object(need)])),
            "Services and libraries it needs, besides those its build files name; `!name` or `!folder` takes away what they name."
        ),
        Field("inputs", .list(.text), "Further paths that enter the key."),
        Field("environment", .list(.text), "Variables its commands see; name and value enter the key."),
        Field(
            "build", .either([.exactly(false), .text, .list(.text), .object(command)]),
            "How it is built; false: not at all."),
        Field(
            "test", .either([.exactly(false), .text, .list(.text), .object(test)]),
            "How it is tested; false declares it test-less."),
        Field(
            "reports", .either([.choice(reports), .list(.text)]),
            "Where test reports are: globs, a dialect of the output, or exit-code."),
        Field(
            "quarantine", .list(.object(quarantine)), "Tests whose failure does not count for a while.",
            standard: .array([])),
        Field("ratchets", .object(ratchets), "The same for this service: how far tests may vanish and skips may grow."),
        Field(
            "secrets", .list(.either([.text, .object(secret)])),
            "Secrets its commands see: variables, whose values stand in no log and enter no key.", standard: .array([])),
        Field(
            "retries", .integer(0...10),
            "How often failing tests are tried again; one that passes then is flaky.", standard: .integer(0)),
        Field("timeout", .duration, "How long each command may take.", standard: .string("1h")),
        Field("idle-timeout", .duration, "How long each command may say nothing; without it, as long as it likes."),
        Field(
            "scratch-home", .bool,
            "Whether `HOME` and `TMPDIR` are folders of its own, empty at the start of each run.",
            standard: .bool(false)),
        Field(
            "container", .either([.text, .object(container)]),
            "The image its commands run in, and what runs beside them."),
        Field(
            "pool", .list(.text),
            "Pools its commands are in while they run, such as `docker` or `port:5432`: what must not be used twice at once.",
            standard: .array([])),
        Field(
            "cpu", .integer(1...1000), "How many of the slots (`--jobs`) each of its commands takes.",
            standard: .integer(1)),
        Field("memory", .size, "How much memory each of its commands needs; counted only where it is said."),
        Field("label", .text, "Which Jenkins agents may take it."),
        Field(
            "builder", .choice(["auto", "native", "docker", "buildah", "podman"]),
            "What builds its image where RUN stands in the Dockerfile; everything else is assembled natively.",
            standard: .string("auto")),
        Field(
            "images", .either([.exactly(false), .list(.object(image))]),
            "Its images; by default one if its folder has a Dockerfile."),
        Field("classes", classes, "Path classes: globs by class, before the defaults of the toolchain."),
        Field(
            "migrations", .either([.text, .object(migrations)]),
            "The folder of its migrations, and how they are tried; by default each `db/migration` in its folders."),
        Field("interface", .object(interface), "What its callers rely on: compared with the last release."),
        Field("audit", .object(audit), "What it writes into the audit index: compared with all its releases."),
        Field("deploy", .text, "Its manifests: a folder that changes neither key nor image."),
        Field("version", .object(serviceVersion), "How its version follows from commits."),
    ])

    private static let need = [
        Field("name", .text, "Who is needed."),
        Field(
            "propagate", .choice(["none", "patch", "match"]), "What a change of it does to the version here."),
        Field(
            "kind", .choice(["build", "test", "runtime"]),
            "What it is needed for: building, only testing, or only running.", standard: .string("build")),
    ]

    static let command = [
        Field("run", .either([.text, .list(.text)]), "The command: a line for sh -c, or a program and its arguments."),
        Field("directory", .text, "Where it runs, relative to the root of the repository."),
    ]

    private static let test =
        command + [
            Field("allow-empty", .list(.text), "Suites in which nothing need run.", standard: .array([])),
            Field("suites", .list(.text), "Suites (`*` takes any letters) that must run.", standard: .array([])),
        ]

    private static let reports = ["exit-code"] + Evidence.Dialect.allCases.map(\.rawValue)

    private static let quarantine = [
        Field("test", .text, "The name of the test as `slipway run` tells it; `*` takes any letters."),
        Field("owner", .text, "Who mends it."), Field("ticket", .text, "Where that is tracked."),
        Field("expires", .date, "The last day on which it holds."),
    ]

    private static let secret = [
        Field("name", .text, "The variable."),
        Field("file", .text, "The file with its value, relative to the root; without it the variable is taken over."),
    ]

    private static let image = [
        Field("name", .text, "The last part of the repository name; the name of the service by default."),
        Field(
            "dockerfile", .text, "The Dockerfile, relative to the folder of the service.",
            standard: .string("Dockerfile")),
        Field("context", .text, "What COPY sees, relative to the folder of the service.", standard: .string(".")),
        Field(
            "platforms", .list(.text),
            "The platforms it is made for: more than one make an index, with an image for each.",
            standard: .array([.string("linux/amd64")])),
        Field("arguments", .map(.text), "Values for `ARG` in its Dockerfile; no place for secrets."),
        Field("target", .text, "The stage that is made; by default the last."),
    ]

    private static let classes = Schema.object(
        PathClass.allCases.map { Field($0.rawValue, .list(.text), "Globs of this class.") })
}
