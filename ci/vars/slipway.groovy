// One step for Jenkins. It takes no decision: it hands arguments to the program, and its exit code to the build.
// Arguments travel in the environment, and every script is a constant: no name of a service or branch meets a shell.
import groovy.transform.Field

// Groovy gives every script a run() of its own, which is the last line of this file and builds nothing.
// Whoever writes slipway.run() without arguments is told, instead of being green.
@Field boolean isReady = false

/** Puts the program into the workspace of this node, where every other verb looks for it, and nowhere else. */
void setup(Map options = [:]) {
    Map known = checked('setup', options, ['from', 'version', 'sha256'])
    String from = text(known.from ?: 'slipway')
    if (from == 'source') {
        sh 'exec swift build -c release --static-swift-stdlib --product slipway'
        from = '.build/release/slipway'
    }
    if (from == 'stash') {
        unstash 'slipway'
    } else {
        withEnv(["SLIPWAY_FROM=${from}"]) {
            sh 'set -eu; mkdir -p .slipway/bin; exec install -m 755 "$(command -v -- "$SLIPWAY_FROM")" .slipway/bin/slipway'
        }
    }
    if (known.sha256) {
        withEnv(["SLIPWAY_SHA256=${text(known.sha256)}"]) {
            sh 'set -eu; echo "$SLIPWAY_SHA256  .slipway/bin/slipway" | sha256sum --check --status ||' +
                ' { echo "slipway is not the program with this sha256" >&2; exit 1; }'
        }
    }
    String version = sh(script: 'exec .slipway/bin/slipway --version', returnStdout: true).trim()
    if (known.version && text(known.version) != version) {
        error("slipway is ${version} here, and ${known.version} was asked for")
    }
    if (from != 'stash') {
        stash(name: 'slipway', includes: '.slipway/bin/slipway', useDefaultExcludes: false)
    }
    isReady = true
    echo "slipway ${version}"
}

/** What would be built, and why: a list of maps with service, label, weight, steps, key, version, reason and plan. */
List plan(Map options = [:]) {
    Map known = checked('plan', options, ['services', 'base', 'force', 'through', 'config'])
    List words = ['plan', '--format', 'tsv'] + selection(known)
    int code = 0
    withEnv(["SLIPWAY_ARGUMENTS=${joined(words)}"]) {
        code = sh(returnStatus: true,
            script: 'set -f; IFS="$(printf "\\t")"; exec .slipway/bin/slipway $SLIPWAY_ARGUMENTS > .slipway/plan.tsv')
    }
    settle('plan', code)
    return rows(readFile('.slipway/plan.tsv'))
}

/** The main job; `through` says how far: build, test, image or push. The build becomes unstable when tests are red, and fails when anything else is. */
int run(Map options) {
    Map known = checked('run', options, ['services', 'base', 'force', 'through', 'config', 'jobs', 'plan', 'noWait'])
    if (!known.through) { error('slipway.run: through is missing: build, test, image or push') }
    List words = ['run'] + selection(known)
    if (known.jobs) { words += ['--jobs', text(known.jobs)] }
    if (known.plan) { words += ['--plan', text(known.plan)] }
    if (known.noWait) { words += ['--no-wait'] }
    int code = 0
    withEnv(["SLIPWAY_ARGUMENTS=${joined(words)}"]) {
        code = sh(returnStatus: true,
            script: 'set -f; IFS="$(printf "\\t")"; exec .slipway/bin/slipway $SLIPWAY_ARGUMENTS')
    }
    return settle('run', code)
}

/** May this digest go to that environment? Comes back when it may, and stops the stage when not. */
int gate(Map options = [:]) {
    Map known = checked('gate', options,
        ['service', 'image', 'environment', 'policy', 'trust', 'records', 'intent', 'deployed', 'waiver', 'migrationsState'])
    List words = ['gate', '--out', '.slipway/decision.json']
    for (String name in ['service', 'image', 'environment', 'policy', 'trust']) {
        if (!known[name]) { error("slipway.gate: ${name} is missing") }
        words += ["--${name}".toString(), text(known[name])]
    }
    for (Object place in listed(known.records)) { words += ['--records', text(place)] }
    for (String name in ['intent', 'deployed']) { if (known[name]) { words += ["--${name}".toString(), text(known[name])] } }
    for (Object file in listed(known.waiver)) { words += ['--waiver', text(file)] }
    for (Object file in listed(known.migrationsState)) { words += ['--migrations-state', text(file)] }
    int code = 0
    withEnv(["SLIPWAY_ARGUMENTS=${joined(words)}"]) {
        code = sh(returnStatus: true,
            script: 'set -f; IFS="$(printf "\\t")"; exec .slipway/bin/slipway $SLIPWAY_ARGUMENTS')
    }
    return settle('gate', code)
}

/** Cuts releases: `services` or `all` must be said, and nothing happens without `push: true` (or `resume: true`). */
int release(Map options = [:]) {
    Map known = checked('release', options, ['services', 'all', 'push', 'resume', 'channel', 'bump', 'as', 'accept', 'config', 'jobs'])
    if (!known.services && !known.all) { error('slipway.release: services is missing (or say all: true)') }
    List words = ['release', 'cut']
    for (String name in ['all', 'push', 'resume']) {
        if (known[name]) { words += ["--${name}".toString()] }
    }
    for (String name in ['channel', 'bump', 'as', 'config', 'jobs']) {
        if (known[name]) { words += ["--${name}".toString(), text(known[name])] }
    }
    for (Object reason in listed(known.accept)) { words += ['--accept', text(reason)] }
    if (known.services) { words += ['--'] }
    for (Object name in listed(known.services)) { words += [text(name)] }
    int code = 0
    withEnv(["SLIPWAY_ARGUMENTS=${joined(words)}"]) {
        code = sh(returnStatus: true,
            script: 'set -f; IFS="$(printf "\\t")"; exec .slipway/bin/slipway $SLIPWAY_ARGUMENTS')
    }
    return settle('release', code)
}

// What an exit code means to a build; the meanings are those of `slipway --help`.
private int settle(String verb, int code) {
    if (code == 0) { return code }
    String meaning = [
        10: 'unstable: everything built, some test failed',
        11: 'failed: something did not build, package or push',
        12: 'incomplete: not everything planned was done',
        20: 'blocked: the gate says no, or a published version would change',
        21: 'unverifiable: signature, digest, identity or form is wrong',
        22: 'not yet: evidence is missing or stale',
        23: 'history insufficient: fetch with full depth and tags',
        64: 'wrong usage', 65: 'invalid configuration, policy or input file', 70: 'a bug in slipway',
        75: 'the world failed: registry, disk, network; a retry may help',
        126: 'slipway cannot be executed on this node', 127: 'slipway is not on this node: call slipway.setup first',
        130: 'interrupted', 137: 'killed from outside (out of memory?)', 143: 'interrupted',
    ][code]
    if (code in [132, 133, 134, 139]) { meaning = 'crashed' }
    String message = "slipway ${verb}: ${meaning ?: 'ended for no known reason'} (exit ${code})"
    if (code == 10 && verb == 'run') {
        unstable(message)
        return code
    }
    error(message)
    return code
}

private List rows(String table) {
    List lines = table.split('\n') as List
    List head = (lines ? lines[0] : '').split('\t') as List
    if (head[0] != '#slipway-plan') { error('slipway plan: .slipway/plan.tsv is no plan') }
    if (head[1] != '1') { error("slipway plan: the program writes form ${head[1]} of the plan, and this step reads form 1") }
    List found = []
    for (int i = 1; i < lines.size(); i++) {
        List cells = lines[i].split('\t', -1) as List
        if (cells.size() < 7) { error("slipway plan: line ${i + 1} of .slipway/plan.tsv is cut") }
        found << [service: cells[0], label: cells[1], weight: cells[2] as int, steps: cells[3].split(',') as List,
            key: cells[4], version: cells[5], reason: cells[6], plan: head[2]]
    }
    return found
}

private List selection(Map known) {
    List words = []
    if (known.config) { words += ['--config', text(known.config)] }
    if (known.base) { words += ['--base', text(known.base)] }
    if (known.through) { words += ['--through', text(known.through)] }
    if (known.force) { words += ['--force'] }
    List services = []
    for (Object name in listed(known.services)) { services << text(name) }
    return services ? words + ['--'] + services : words
}

private Map checked(String verb, Map options, List names) {
    for (Object name in options.keySet()) {
        if (!(name in names)) { error("slipway.${verb} knows no ${name}; it knows ${names.join(', ')}") }
    }
    return options
}

private String text(Object value) {
    String text = value.toString()
    if (text.contains('\t')) { error('slipway: an argument with a tab in it') }
    return text
}

private List listed(Object value) {
    if (value == null) { return [] }
    return value instanceof List ? value : [value]
}

private String joined(List words) { return words.join('\t') }

if (isReady) { error("slipway.run: through is missing: build, test, image or push") }
isReady = true
return this
