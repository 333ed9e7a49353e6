// A Jenkins of a hundred lines: steps are closures, `sh` is the real shell, the workspace a real folder.
// Arguments: WORKSPACE LIBRARY SCRIPT. SCRIPT is a scenario, or a declarative Jenkinsfile.
// The last lines say what became of the build.

class Stop extends Exception { Stop(String message) { super(message) } }

class Build {
    String result = 'SUCCESS'
    List<String> story = []
    Map<String, Map<String, byte[]>> stashes = [:]
    File workspace
    Deque<Map<String, String>> variables = new ArrayDeque<>()

    Map<String, String> environment() {
        Map all = new TreeMap(System.getenv())
        variables.descendingIterator().each { all.putAll(it) }
        return all
    }

    Object sh(Map options) {
        // As Jenkins does: a fresh shell with -xe; what it says goes to the log, unless its output was asked for.
        File script = File.createTempFile('script', '.sh')
        script.text = "#!/bin/sh -xe\n${options.script}"
        script.executable = true
        ProcessBuilder builder = new ProcessBuilder(script.path).directory(workspace)
        builder.environment().clear()
        builder.environment().putAll(environment())
        builder.redirectError(ProcessBuilder.Redirect.INHERIT)
        story << "sh ${options.script}".toString()
        Process process = builder.start()
        String output = process.inputStream.text
        int code = process.waitFor()
        script.delete()
        if (options.returnStatus) { print output; return code }
        if (code != 0) { throw new Stop("script returned exit code ${code}") }
        if (options.returnStdout) { return output }
        print output
        return null
    }

    Map<String, Object> steps(Closure load) {
        Build build = this
        return [
            sh: { Object given -> build.sh(given instanceof Map ? given : [script: given]) },
            echo: { Object text -> println "echo: ${text}" },
            error: { Object text -> throw new Stop(text.toString()) },
            unstable: { Object text -> println "unstable: ${text}"; build.result = 'UNSTABLE' },
            withEnv: { List<String> pairs, Closure body ->
                build.variables.push(pairs.collectEntries { [(it.toString().takeWhile { c -> c != '=' }): it.toString().dropWhile { c -> c != '=' }.drop(1)] })
                try { body() } finally { build.variables.pop() }
            },
            readFile: { String name -> new File(build.workspace, name).text },
            fileExists: { String name -> new File(build.workspace, name).exists() },
            stash: { Map options ->
                File file = new File(build.workspace, options.includes)
                build.stashes[options.name] = [(options.includes): file.bytes]
            },
            unstash: { String name ->
                if (!build.stashes[name]) { throw new Stop("no such saved stash '${name}'") }
                build.stashes[name].each { path, bytes ->
                    File file = new File(build.workspace, path)
                    file.parentFile.mkdirs()
                    file.bytes = bytes
                    file.executable = true
                }
            },
            node: { Object... given -> given[-1]() },
            checkout: { Object given -> build.story << 'checkout' },
            scm: 'scm',
            archiveArtifacts: { Map options -> build.story << "archive ${options.artifacts}".toString() },
            junit: { Map options -> build.story << "junit ${options.testResults}".toString() },
            otherWorkspace: { String name -> build.workspace = new File(build.workspace.parentFile, name); build.workspace.mkdirs() },
            load: load,
        ]
    }
}

/** Just enough of the declarative form: stages in order, skipped after an unstable one, `post` always. */
class Declarative {
    Build build
    boolean skipsAfterUnstable = false
    List<Closure> always = []

    def methodMissing(String name, Object given) {
        Object[] arguments = given as Object[]
        Closure body = arguments.length > 0 && arguments[-1] instanceof Closure ? arguments[-1] : null
        switch (name) {
            case 'skipStagesAfterUnstable': skipsAfterUnstable = true; return null
            case 'always': always << body; return null
            case ['agent', 'when', 'triggers', 'parameters', 'timestamps', 'disableConcurrentBuilds', 'buildDiscarder',
                'logRotator', 'skipDefaultCheckout', 'timeout', 'label', 'environment', 'credentials']: return name
            case ['stages', 'options', 'post']: return inside(body)
            case 'stage':
                if (skipsAfterUnstable && build.result != 'SUCCESS') { build.story << "skipped ${arguments[0]}".toString(); return null }
                build.story << "stage ${arguments[0]}".toString()
                return inside(body)
            case ['steps', 'script']: return inside(body)
            default: throw new MissingMethodException(name, Declarative, arguments)
        }
    }

    def inside(Closure body) {
        Closure copy = body.clone()
        copy.delegate = this
        copy.resolveStrategy = Closure.OWNER_FIRST
        return copy()
    }

    void run(Closure body) {
        try { inside(body) } finally { always.each { inside(it) } }
    }
}

Build build = new Build(workspace: new File(args[0]))
Binding steps = new Binding()
GroovyShell shell = new GroovyShell(this.class.classLoader, steps)
build.steps({ String name -> shell.parse(new File(args[1])).run() }).each { name, value -> steps.setVariable(name, value) }
steps.setVariable('slipway', shell.parse(new File(args[1])).run())
steps.setVariable('pipeline', { Closure body -> new Declarative(build: build).run(body) })
steps.setVariable('none', 'none')
String message = ''
try {
    shell.evaluate(new File(args[2]))
} catch (Stop stop) {
    build.result = 'FAILURE'
    message = stop.message
}
build.story.each { println "STEP ${it.readLines().join(' ')}" }
if (message) { println "MESSAGE ${message}" }
println "RESULT ${build.result}"
