// Runs Rollgate as a step of a Pipeline: rollgate.txt beside this file tells how.
//
// In a sandbox it needs no approval: every method that is called here is on the lists of the plugin Script Security
// (generic-whitelist). No slow step is in a loop, so that Jenkins can resume after a restart.

def call(Map args = [:]) {
  List<String> variables = variablesOf(args)
  List bindings = bindingsOf(args.credentials ?: [:])
  Map release = release()
  variables.add("ROLLGATE_CLI=${args.cli ?: "npx --yes ${release.npmPackage}@${args.version ?: release.version}"}".toString())
  // Parameters are variables anyway, unless something hides them.
  if (['true', 'yes', '1'].contains("${params.ROLLBACK}".toString().toLowerCase())) {
    variables.add('ROLLBACK=true')
  }
  // The program leaves the path of this run's report there.
  String receipt = "${pwd(tmp: true)}/rollgate-${UUID.randomUUID()}".toString()
  writeFile(file: receipt, text: '')
  variables.add("ROLLGATE_RECEIPT=${receipt}".toString())

  int code = 7
  if (bindings.isEmpty()) {
    code = start(variables)
  } else {
    withCredentials(bindings) {
      code = start(variables)
    }
  }

  String path = readFile(file: receipt, encoding: 'UTF-8').trim()
  String report = path == '' ? '' : readFile(file: path, encoding: 'UTF-8')
  // 1 means "rolled back and verified", and a program that never began can end with 1 as well. Beyond 7 no code is ours.
  if (code < 0 || code > 7 || (code == 1 && !report.contains('\n  "exitCode": 1,\n'))) {
    echo("Rollgate ended with ${code}, and no report of this run says so: the state of the deployment is unknown, check by hand.")
    code = 7
  }
  Map result = [exitCode: code]
  String outputs = path == '' ? '' : path.replaceAll('report[.]json$', 'outputs.json')
  if (outputs != '' && fileExists(outputs)) {
    result.putAll(read(readFile(file: outputs, encoding: 'UTF-8')))
  }
  if (code != 0 && "${args.failBuild}".toString() != 'false') {
    error("Rollgate ended with ${code}${result.reason ? ": ${result.reason}" : ''}")
  }
  return result
}

/** The arguments as the variables that the program reads. */
private List<String> variablesOf(Map args) {
  List<String> names = inputs()
  List<String> own = ['cli', 'version', 'credentials', 'failBuild']
  List<String> variables = []
  for (arg in args.entrySet()) {
    String name = arg.key
    if (own.contains(name) || arg.value == null) {
      continue
    }
    if (!names.contains(name)) {
      error("rollgate: there is no argument \"${name}\".")
    }
    if (secrets().contains(name)) {
      error("rollgate: \"${name}\" is a secret. Hand over the id of its credentials: credentials: [${name}: 'the-id'].")
    }
    variables.add("${variableOf(name)}=${textOf(arg.value)}".toString())
  }
  return variables
}

/** What `withCredentials` is to do. */
private List bindingsOf(Map credentials) {
  List bindings = []
  for (one in credentials.entrySet()) {
    String name = one.key
    if (name == 'jenkins') {
      bindings.add(usernamePassword(credentialsId: one.value, usernameVariable: 'INPUT_JENKINSUSER', passwordVariable: 'INPUT_JENKINSTOKEN'))
    } else if (secrets().contains(name)) {
      bindings.add(string(credentialsId: one.value, variable: variableOf(name)))
    } else if (files().contains(name)) {
      bindings.add(file(credentialsId: one.value, variable: variableOf(name)))
    } else {
      error("rollgate: \"${name}\" takes no credentials.")
    }
  }
  return bindings
}

private int start(List<String> variables) {
  int code = 7
  withEnv(variables) {
    // The name of the program and its first words come from the variable: nothing is put into a script.
    if (isUnix()) {
      code = sh(label: 'Rollgate', returnStatus: true, script: '#!/bin/sh\nset -f\nexec $ROLLGATE_CLI\n')
    } else {
      code = bat(label: 'Rollgate', returnStatus: true, script: '@call %ROLLGATE_CLI%')
    }
  }
  return code
}

private String variableOf(String name) {
  return "INPUT_${name.toUpperCase()}".toString()
}

/** A list has a line for each; a map has lines like `name=value`. */
private String textOf(Object value) {
  List<String> lines = []
  if (value instanceof Map) {
    for (one in value.entrySet()) {
      lines.add("${one.key}=${one.value}".toString())
    }
  } else if (value instanceof List) {
    for (one in value) {
      lines.add("${one}".toString())
    }
  } else {
    lines.add("${value}".toString())
  }
  return String.join('\n', lines)
}

/** Reads outputs.json: one map, a line for each of its values, which are texts or booleans. */
private Map read(String json) {
  Map values = [:]
  for (line in json.split('\n')) {
    String[] halves = line.trim().split('": ', 2)
    if (halves.length == 2) {
      String value = halves[1].endsWith(',') ? halves[1].replaceAll(',$', '') : halves[1]
      values.put(halves[0].substring(1), value.startsWith('"') ? unquoted(value) : value == 'true')
    }
  }
  return values
}

/** The text that a string of JSON stands for. */
private String unquoted(String value) {
  List<String> parts = []
  // Between pairs of backslashes a backslash begins an escape.
  for (part in value.substring(1, value.length() - 1).split('\\\\\\\\', -1)) {
    parts.add(part.replace('\\"', '"').replace('\\n', '\n').replace('\\r', '\r').replace('\\t', '\t'))
  }
  return String.join('\\', parts)
}

// What follows is generated by `npm run generate`.
// generated:tables
private Map release() {
  return [
    npmPackage: '@owner/rollgate',
    version: '0.1.0',
  ]
}

private List<String> inputs() {
  return [
    'command',
    'config',
    'dryRun',
    'target',
    'shard',
    'reports',
    'runId',
    'reason',
    'prometheus',
    'at',
    'duration',
    'interval',
    'warmUp',
    'sensitivity',
    'decision',
    'earlyPass',
    'extend',
    'onUnhealthy',
    'onInconclusive',
    'onNoData',
    'onProviderError',
    'failOn',
    'deployedWithin',
    'url',
    'baselineUrl',
    'requestsPerSecond',
    'requestTimeout',
    'followRedirects',
    'expectStatus',
    'expectBody',
    'headers',
    'baselineHeaders',
    'latencyIncludesConnect',
    'healthUrl',
    'urlBefore',
    'healthInterval',
    'healthFailures',
    'healthSuccesses',
    'minSuccessRate',
    'maxErrorsPerMinute',
    'maxLatency',
    'compareBefore',
    'beforeMargin',
    'beforeFloor',
    'minRequests',
    'baselineMargin',
    'prometheusUrl',
    'prometheusToken',
    'prometheusHeaders',
    'prometheusParameters',
    'prometheusTimeout',
    'prometheusPreset',
    'prometheusSelector',
    'prometheusTotal',
    'prometheusErrors',
    'prometheusBaselineTotal',
    'prometheusBaselineErrors',
    'prometheusBaselineSelector',
    'prometheusLatency',
    'prometheusValue',
    'maxValue',
    'minValue',
    'influxdbUrl',
    'influxdbToken',
    'graphiteUrl',
    'graphiteToken',
    'jsonUrl',
    'jsonToken',
    'jsonHeaders',
    'alertsUrl',
    'alertsToken',
    'testCommand',
    'testEvery',
    'rollback',
    'rollbackCommand',
    'rollbackSnapshotCommand',
    'rollbackTimeout',
    'verifyTimeout',
    'rollbackScope',
    'snapshotFile',
    'gitRepository',
    'gitBranch',
    'gitPath',
    'gitToken',
    'gitMode',
    'kubernetesWorkload',
    'kubernetesNamespace',
    'kubernetesContext',
    'kubeconfig',
    'kubernetesRevision',
    'kubernetesHealth',
    'gitopsWait',
    'kubernetesPinImage',
    'gitopsPause',
    'helmRelease',
    'helmNamespace',
    'composeFile',
    'composeProject',
    'composeService',
    'composeProfile',
    'composeEnvFile',
    'composeHealth',
    'ecsService',
    'ecsHealth',
    'lambdaAlias',
    'canaryWorkload',
    'canaryService',
    'ciSystem',
    'rollbackRef',
    'rollbackParameters',
    'ciChangesSource',
    'rollbackJob',
    'rollbackWait',
    'rollbackStartTimeout',
    'githubRepository',
    'githubToken',
    'githubWorkflow',
    'githubApiUrl',
    'giteaUrl',
    'giteaRepository',
    'giteaToken',
    'giteaWorkflow',
    'gitlabUrl',
    'gitlabProject',
    'gitlabPipeline',
    'gitlabToken',
    'gitlabTriggerToken',
    'gitlabJobToken',
    'gitlabCancel',
    'gitlabRollbackJobs',
    'gitlabJob',
    'gitlabDefaultBranch',
    'jenkinsUrl',
    'jenkinsUser',
    'jenkinsToken',
    'jenkinsJob',
    'circleciUrl',
    'circleciToken',
    'circleciProject',
    'circleciDefinitionId',
    'azureUrl',
    'azureOrg',
    'azureProject',
    'azurePat',
    'azurePipeline',
    'httpUrl',
    'httpHeaders',
    'httpStartMethod',
    'httpStartPath',
    'httpStartBody',
    'httpRunId',
    'httpRunLink',
    'httpStatePath',
    'httpState',
    'httpStates',
    'httpCancelMethod',
    'httpCancelPath',
    'httpCancelBody',
    'httpFindPath',
    'httpFindRuns',
    'notifyUrl',
    'notifyFormat',
    'notifyOn',
    'notifyComment',
    'reportDir',
    'reportLogs',
    'caFile',
  ]
}

private List<String> secrets() {
  return [
    'headers',
    'baselineHeaders',
    'prometheusToken',
    'prometheusHeaders',
    'influxdbToken',
    'graphiteToken',
    'jsonToken',
    'jsonHeaders',
    'alertsToken',
    'gitToken',
    'githubToken',
    'giteaToken',
    'gitlabToken',
    'gitlabTriggerToken',
    'gitlabJobToken',
    'jenkinsToken',
    'circleciToken',
    'azurePat',
    'httpHeaders',
    'notifyUrl',
  ]
}

private List<String> files() {
  return [
    'kubeconfig',
    'caFile',
  ]
}
// /generated:tables
