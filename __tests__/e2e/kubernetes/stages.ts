/**
 * What the simulated nodes do with a pod, by the tag of each container's image:
 *
 * | tag starts with | the container |
 * |---|---|
 * | `bad` | ends with exit code 1 again and again: `CrashLoopBackOff`, one more restart every few seconds |
 * | `missing` | never starts: `ImagePullBackOff` |
 * | `unready` | runs and never becomes ready |
 * | `slow` | runs, and becomes ready after three seconds |
 * | anything else | is ready at once; in a job it ends well (and `bad` ends badly) |
 *
 * The language is that of https://kwok.sigs.k8s.io/docs/user/stages-configuration/, the conditions and reasons are the kubelet's.
 */
const kind = { apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage' };

const CRASH_MS = 5000;
const SLOW_MS = 3000;

interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

const alive: Requirement = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };
const untouched: readonly Requirement[] = [
  alive,
  { key: '.status.phase', operator: 'In', values: ['Pending'] },
  { key: '.status.containerStatuses.[].name', operator: 'DoesNotExist' },
];
const owner = '.metadata.ownerReferences.[].kind';

function stage(
  of: 'Node' | 'Pod',
  name: string,
  matchExpressions: readonly Requirement[],
  next: { readonly statusTemplate: string } | { readonly delete: true },
  delayMs = 0,
): object {
  return {
    ...kind,
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: of },
      selector: { matchExpressions },
      ...(delayMs === 0 ? {} : { delay: { durationMilliseconds: delayMs } }),
      next,
    },
  };
}

/** @param ready how `slow` is taken: not ready in the first stage, ready in the second one. */
function running(slowIsReady: boolean): string {
  const stuck = slowIsReady
    ? '(contains ":unready" $c.image)'
    : '(or (contains ":unready" $c.image) (contains ":slow" $c.image))';
  return `
{{ $now := Now }}
{{ $old := dict }}
{{ range (or .status.containerStatuses list) }}{{ $_ := set $old .name . }}{{ end }}
{{ $allReady := "True" }}
{{ $phase := "Running" }}
containerStatuses:
{{ range $c := .spec.containers }}
{{ $was := or (get $old $c.name) dict }}
- name: {{ $c.name | Quote }}
  image: {{ $c.image | Quote }}
  imageID: {{ printf "docker.io/library/%s" $c.image | Quote }}
  containerID: {{ printf "kwok://%s" $c.name | Quote }}
  {{ if contains ":bad" $c.image }}
  {{ $allReady = "False" }}
  ready: false
  started: false
  restartCount: {{ add 1 (int (or (get $was "restartCount") 0)) }}
  state:
    waiting:
      reason: CrashLoopBackOff
      message: {{ printf "back-off restarting failed container=%s" $c.name | Quote }}
  lastState:
    terminated:
      exitCode: 1
      reason: Error
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
  {{ else if contains ":missing" $c.image }}
  {{ $allReady = "False" }}
  {{ $phase = "Pending" }}
  ready: false
  started: false
  restartCount: 0
  state:
    waiting:
      reason: ImagePullBackOff
      message: {{ printf "Back-off pulling image \\"%s\\"" $c.image | Quote }}
  {{ else if ${stuck} }}
  {{ $allReady = "False" }}
  ready: false
  started: true
  restartCount: 0
  state:
    running:
      startedAt: {{ dig "state" "running" "startedAt" $now $was | Quote }}
  {{ else }}
  ready: true
  started: true
  restartCount: 0
  state:
    running:
      startedAt: {{ dig "state" "running" "startedAt" $now $was | Quote }}
  {{ end }}
{{ end }}
conditions:
- type: Initialized
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ range (list "Ready" "ContainersReady") }}
- type: {{ . }}
  status: {{ $allReady | Quote }}
  lastTransitionTime: {{ $now | Quote }}
  {{ if eq $allReady "False" }}
  reason: ContainersNotReady
  message: "containers with unready status"
  {{ end }}
{{ end }}
${addresses}
phase: {{ $phase }}
startTime: {{ or .status.startTime $now | Quote }}
`;
}

/** Each time that it is asked, kwok gives another address. */
const addresses = `
{{ if not .status.podIP }}
{{ $podIPs := PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
{{ with $podIPs }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ end }}
`;

const ended = `
{{ $now := Now }}
{{ $phase := "Succeeded" }}
containerStatuses:
{{ range $c := .spec.containers }}
{{ if contains ":bad" $c.image }}{{ $phase = "Failed" }}{{ end }}
- name: {{ $c.name | Quote }}
  image: {{ $c.image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: {{ if contains ":bad" $c.image }}1{{ else }}0{{ end }}
      reason: {{ if contains ":bad" $c.image }}Error{{ else }}Completed{{ end }}
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
phase: {{ $phase }}
startTime: {{ $now | Quote }}
`;

/** Logs of every container come from one file: the API server asks the node, and this is the node. */
function logs(file: string): object {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: { name: 'all' },
    spec: { logs: [{ logsFile: file, previousLogsFile: file, follow: false }] },
  };
}

/** kwok takes no notice of the pods of a node before it has a rule for nodes. */
const nodeReady = stage(
  'Node',
  'node-ready',
  [
    {
      key: '.status.conditions.[] | select( .type == "Ready" ) | .status',
      operator: 'NotIn',
      values: ['True'],
    },
  ],
  {
    statusTemplate: `
{{ $now := Now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
`,
  },
);

/** The configuration of kwok: documents of YAML, for which JSON will do. */
export function kwokConfiguration(logFile: string): string {
  const documents = [
    nodeReady,
    stage('Pod', 'pod-start', [...untouched, { key: owner, operator: 'NotIn', values: ['Job'] }], {
      statusTemplate: running(false),
    }),
    stage('Pod', 'job-end', [...untouched, { key: owner, operator: 'In', values: ['Job'] }], {
      statusTemplate: ended,
    }),
    stage(
      'Pod',
      'pod-crash',
      [
        alive,
        {
          key: '.status.containerStatuses.[].state.waiting.reason',
          operator: 'In',
          values: ['CrashLoopBackOff'],
        },
      ],
      { statusTemplate: running(true) },
      CRASH_MS,
    ),
    stage(
      'Pod',
      'pod-slow',
      [
        alive,
        {
          key: '[.spec.containers[].image] | any(contains(":slow"))',
          operator: 'In',
          values: ['true'],
        },
        { key: '.status.containerStatuses.[].ready', operator: 'In', values: ['false'] },
        {
          key: '[.spec.containers[].image] | any(contains(":bad"))',
          operator: 'In',
          values: ['false'],
        },
        { key: '.status.phase', operator: 'In', values: ['Running'] },
      ],
      { statusTemplate: running(true) },
      SLOW_MS,
    ),
    stage('Pod', 'pod-delete', [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }], {
      delete: true,
    }),
    logs(logFile),
  ];
  return documents.map((it) => JSON.stringify(it)).join('\n---\n');
}
