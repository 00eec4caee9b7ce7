import com.lesfurets.jenkins.unit.cps.BasePipelineTestCPS
import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic

import static com.lesfurets.jenkins.unit.global.lib.LibraryConfiguration.library
import static com.lesfurets.jenkins.unit.global.lib.LocalSource.localSource

/**
 * Runs builds of a Jenkinsfile in JenkinsPipelineUnit, transformed as Jenkins does it, with steps that really do what they
 * say. The one argument is a file of JSON:
 *
 *   folder      holds the Jenkinsfile, and the library as `rollgate@v9.8.7`
 *   workspace   where the steps run
 *   variables   the environment of the build
 *   parameters  of the build
 *   credentials by id: `secret`; or `user` and `password`; or `file`
 *   windows     a shell that is none: `bat` ends with the code that the variable BAT_CODE of the build says
 */
class Build extends BasePipelineTestCPS {
  Map spec
  Map variables
  Map<String, List> calls = [:].withDefault { [] }

  void prepare() {
    scriptRoots = [spec.folder]
    setUp()
    variables = [:] + spec.variables
    def source = library().name('rollgate').defaultVersion('v9.8.7').allowOverride(false).implicit(false)
    helper.registerSharedLibrary(source.targetPath(spec.folder).retriever(localSource(spec.folder)).build())
    binding.setVariable('params', spec.parameters)
    binding.setVariable('env', variables)
    step('node', [Closure]) { Closure body -> helper.callClosure(body) }
    step('echo', [String]) { String text -> println(text) }
    step('error', [String]) { String message -> throw new Failed(message) }
    step('isUnix', []) { -> spec.windows != true }
    step('pwd', [Map]) { Map how -> spec.workspace + (how.tmp ? '@tmp' : '') }
    step('fileExists', [String]) { String path -> at(path).exists() }
    step('readFile', [Map]) { Map how -> at(how.file).getText(how.encoding ?: 'UTF-8') }
    step('writeFile', [Map]) { Map how ->
      at(how.file).parentFile.mkdirs()
      at(how.file).setText(how.text, 'UTF-8')
    }
    step('withEnv', [List, Closure]) { List lines, Closure body ->
      with(lines.collectEntries { it.split('=', 2) as List }, body)
    }
    for (kind in ['string', 'file', 'usernamePassword']) {
      def name = kind
      step(name, [Map]) { Map how -> [kind: name] + how }
    }
    step('withCredentials', [List, Closure]) { List bindings, Closure body ->
      with(bindings.collectEntries { bound(it) }, body)
    }
    step('script', [Closure]) { Closure body -> helper.callClosure(body) }
    step('sh', [String]) { String script -> mustRun(script) }
    step('sh', [Map]) { Map how -> how.returnStdout == true ? mustRun(how.script) : run(how) }
    step('bat', [Map]) { Map how ->
      calls.bat.add(how.script)
      if (how.returnStatus != true) throw new IllegalArgumentException('returnStatus')
      variables.BAT_CODE as int
    }
  }

  private void step(String name, List<Class> types, Closure does) {
    helper.registerAllowedMethod(name, types, does)
  }

  private File at(Object path) {
    def file = new File(path.toString())
    file.absolute ? file : new File(spec.workspace, path.toString())
  }

  private Object with(Map more, Closure body) {
    def before = variables
    variables = before + more
    try {
      return helper.callClosure(body)
    } finally {
      variables = before
    }
  }

  private Map bound(Map binding) {
    def credentials = spec.credentials[binding.credentialsId]
    if (credentials == null) throw new Failed("Could not find credentials entry with ID '${binding.credentialsId}'")
    switch (binding.kind) {
      case 'string': return [(binding.variable): credentials.secret]
      case 'file': return [(binding.variable): credentials.file]
      default: return [(binding.usernameVariable): credentials.user, (binding.passwordVariable): credentials.password]
    }
  }

  /** A user's own script, in the shell that the step takes; it ends the build when it fails. @return what it printed */
  private String mustRun(String text) {
    def printed = new ByteArrayOutputStream()
    def code = execute('#!/bin/sh -e\n' + text, printed)
    System.out.write(printed.toByteArray())
    System.out.flush()
    if (code != 0) throw new Failed("script returned exit code ${code}")
    printed.toString('UTF-8')
  }

  /** As the step does it: a script with a shebang is run by that. */
  private int run(Map how) {
    if (how.returnStatus != true || !how.script.startsWith('#!/bin/sh\n')) throw new IllegalArgumentException("sh: ${how}")
    execute(how.script, System.out)
  }

  private int execute(String text, OutputStream to) {
    def script = new File("${spec.workspace}@tmp", 'script.sh')
    script.parentFile.mkdirs()
    script.text = text
    script.executable = true
    def process = new ProcessBuilder(script.path).directory(new File(spec.workspace)).redirectErrorStream(true)
    process.environment().clear()
    process.environment().putAll(variables.collectEntries { name, value -> [name.toString(), value.toString()] })
    def started = process.start()
    started.inputStream.eachByte(4096) { bytes, count -> to.write(bytes, 0, count) }
    to.flush()
    return started.waitFor()
  }

  /** @return what became of the build */
  Map build() {
    try {
      helper.runScript('Jenkinsfile', binding)
      return [result: 'SUCCESS', calls: calls]
    } catch (Throwable thrown) {
      def cause = thrown
      while (!(cause instanceof Failed) && cause.cause != null) cause = cause.cause
      println("ERROR: ${cause.message}")
      if (!(cause instanceof Failed)) cause.printStackTrace(System.out)
      return [result: 'FAILURE', error: cause instanceof Failed ? cause.message : cause.toString(), calls: calls]
    }
  }
}

/** What the step `error` throws. */
class Failed extends RuntimeException {
  Failed(String message) { super(message) }
}

def specs = new JsonSlurperClassic().parse(new File(args[0]))
def results = (specs instanceof List ? specs : [specs]).collect { spec ->
  def build = new Build(spec: spec)
  build.prepare()
  build.build()
}
new File("${args[0]}.results").text = JsonOutput.toJson(results)
