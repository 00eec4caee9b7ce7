import type { Decision, Sensitivity } from '../contract/check.js';
import { strategyIds } from '../contract/strategy.js';
import { command, commandIds } from './commands.js';
import { input, type Input } from './input.js';
import { boolean, choice, choices } from '../support/values/words.js';
import { aliasShape, serviceShape } from '../support/aws/names.js';
import { credentials, list, path, script, text } from '../support/values/text.js';
import { duration, latencyLimit, times } from '../support/values/time.js';
import { headers, meanings, parameters } from '../support/values/pairs.js';
import { integer, number, percentage, statusRanges } from '../support/values/numbers.js';
import {
  labels,
  pathTemplate,
  pointer,
  pointers,
  regex,
  selector,
  template,
} from '../support/values/expressions.js';
import { gitRepository, url, urls, webhooks } from '../support/values/url.js';
import { shard } from '../support/values/shard.js';

const second = 1000;
const hour = 3600 * second;

const workload = {
  pattern: /^(deployment|statefulset|daemonset|rollout)\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
  like: '`deployment/api`, `statefulset/db`, `daemonset/agent` or `rollout/api`',
};

/** What may be filled in where a run is started or looked for, and where one that exists is spoken of. */
const ofStart = ['rollback_id', 'ref', 'target', 'revision', 'image'] as const;
const ofRun = ['run_id'] as const;

const presetCounts = {
  inputs: ['prometheus-preset'],
  message: '`prometheus-preset` says already what is counted',
  fix: 'take `{id}` or the preset out',
} as const;

/**
 * The root of the API of a GitHub server, where that is not the public one.
 * https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api,
 * https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom
 */
function githubApiOf(server: string): string | undefined {
  if (!URL.canParse(server)) return undefined;
  const { protocol, host, hostname, pathname } = new URL(server);
  if (/^(www\.)?github\.com$/.test(hostname)) return undefined;
  if (hostname.endsWith('.ghe.com')) return `${protocol}//api.${host}`;
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}/api/v3`;
}

/** The server that a build of CircleCI has its page on, where that is not the public one: there it is that of the API too. */
function circleServerOf(build: string): string | undefined {
  if (!URL.canParse(build)) return undefined;
  const { origin, hostname } = new URL(build);
  return /(^|\.)circleci\.com$/.test(hostname) ? undefined : origin;
}

/** What the description of a CI system cannot do without, and what it takes to follow a run. */
const toStart = { values: { 'ci-system': 'http' }, because: '`ci-system` is `http`' } as const;
const toFollow = {
  values: { 'ci-system': 'http', 'rollback-wait': true },
  because: '`ci-system` is `http`, and the rollback is followed to its end (`rollback-wait`)',
} as const;

/**
 * THE table of inputs. Flags, variables, the keys of the configuration file, action.yml, help, docs/inputs.md
 * and the JSON schema all follow from it.
 */
export const inputs = {
  command: input(command(), {
    group: 'general',
    readBy: commandIds,
    perRun: true,
    default: 'run',
    description:
      'What to do: `run`, `snapshot`, `preflight`, `rollback`, `combine`, `validate`, `replay`, `init` or `demo`. On a command line it is the first word.',
  }),
  config: input(path(), {
    group: 'general',
    readBy: ['run', 'snapshot', 'preflight', 'rollback', 'combine', 'validate', 'replay'],
    perRun: true,
    inFile: false,
    description:
      'Configuration file (YAML) with the same ids as keys. Default: `rollgate.yml` where there is one; in a run for a pull or merge request it is ignored unless this input names it.',
  }),
  'dry-run': input(boolean(), {
    group: 'general',
    readBy: ['run', 'preflight', 'rollback', 'combine', 'validate'],
    perRun: true,
    default: 'false',
    description: 'Watch and judge, print the exact rollback that would be done, and do none.',
  }),
  target: input(list(), {
    group: 'general',
    readBy: ['run', 'snapshot', 'preflight', 'rollback', 'combine', 'validate', 'replay'],
    perRun: true,
    description: 'Only these targets of the configuration file, by name. Default: all of them.',
  }),
  shard: input(shard(), {
    group: 'general',
    readBy: ['run', 'snapshot', 'preflight', 'rollback', 'validate'],
    perRun: true,
    inFile: false,
    description:
      'Only a part of the targets, as `2/5`: the second of five jobs that share them. Which part a target is in depends on its name and the number of parts alone. `combine` makes one outcome of the reports of all parts. Default: all targets.',
  }),
  reports: input(list(), {
    group: 'general',
    isPath: true,
    readBy: ['combine'],
    perRun: true,
    inFile: false,
    description:
      'For `combine`: the `report.json` of every shard, or folders that hold them. On a command line they may also be the words after it. Default: all below `report-dir`.',
  }),
  'run-id': input(text(), {
    group: 'general',
    readBy: ['run', 'snapshot', 'preflight', 'rollback', 'combine', 'validate'],
    perRun: true,
    inFile: false,
    description:
      'What tells this run of the pipeline from every other, the same in all of its jobs and attempts. Default: what the CI system says.',
  }),
  reason: input(text(), {
    group: 'general',
    readBy: ['rollback'],
    perRun: true,
    description: 'Why `rollback` is called; it is in the report, and sent with the rollback.',
  }),
  prometheus: input(boolean(), {
    group: 'general',
    readBy: ['replay'],
    perRun: true,
    inFile: false,
    default: 'false',
    description:
      'For `replay`: judge past deploys by the history that the Prometheus server has of them, instead of a recording. `at` says when they were.',
  }),
  at: input(times(), {
    group: 'general',
    readBy: ['replay'],
    perRun: true,
    inFile: false,
    description:
      'For `replay --prometheus`: when the deploys were done, as `2026-11-24T09:12:00Z` or in seconds since 1970.',
  }),

  duration: input(duration({ min: second }), {
    group: 'watch',
    default: '5m',
    description: 'How long the deployment is watched after the warm-up.',
  }),
  interval: input(duration({ min: 200 }), {
    group: 'watch',
    default: '10s',
    description: 'How often the checks are evaluated.',
  }),
  'warm-up': input(duration(), {
    group: 'watch',
    default: '30s',
    description:
      'Time at the start in which traffic does not count; a service that has not answered once by its end is unhealthy.',
  }),
  sensitivity: input(choice(['high', 'normal', 'low'] satisfies readonly Sensitivity[]), {
    group: 'watch',
    default: 'normal',
    description:
      'How much evidence is needed to call a deployment bad before the end: `high` (false alarms up to 5 %), `normal` (1 %) or `low` (0.1 %).',
  }),
  decision: input(choice(['balanced', 'evidence', 'strict'] satisfies readonly Decision[]), {
    group: 'watch',
    default: 'balanced',
    description:
      '`balanced`: evidence at any time, the limit itself at the end. `evidence`: not the limit itself. `strict`: the limit itself at every interval.',
  }),
  'early-pass': input(boolean(), {
    group: 'watch',
    default: 'false',
    description:
      'End the watch as healthy from half of its duration on, when the requests alone are strong evidence for it. For smoke tests: it misses what goes bad later.',
  }),
  extend: input(boolean(), {
    group: 'watch',
    default: 'true',
    description:
      'When the limit or the last minute is over the limit at the end, without enough evidence: go on once, for as long again (at most 5m). Not with `decision: strict`.',
  }),
  'on-unhealthy': input(choice(['rollback', 'report']), {
    group: 'watch',
    default: 'rollback',
    description: 'What an unhealthy verdict leads to: `rollback`, or only a `report`.',
  }),
  'on-inconclusive': input(choice(['report', 'rollback']), {
    group: 'watch',
    default: 'report',
    description: 'What an inconclusive verdict leads to: only a `report`, or `rollback`.',
  }),
  'on-no-data': input(choice(['inconclusive', 'ignore', 'unhealthy']), {
    group: 'watch',
    default: 'inconclusive',
    description:
      'What to do if a source responds but has no data for a check at the end of the watch: `inconclusive`, `ignore` (the other checks decide) or `unhealthy`.',
  }),
  'on-provider-error': input(choice(['inconclusive', 'ignore']), {
    group: 'watch',
    default: 'inconclusive',
    description:
      'What to do if the source of a check does not respond at the end of the watch: `inconclusive`, or `ignore` (the other checks decide). It is never `unhealthy`.',
  }),
  'fail-on': input(choices(['unhealthy', 'inconclusive'], { none: 'none' }), {
    group: 'watch',
    readBy: ['run', 'preflight', 'rollback', 'combine', 'validate'],
    perRun: true,
    default: 'unhealthy,inconclusive',
    description:
      'Verdicts that fail the job: `unhealthy`, `inconclusive`, both, or `none`. For others the process exits 0 with a warning, and report.json keeps the code.',
  }),
  'deployed-within': input(duration({ max: 8760 * hour }), {
    group: 'watch',
    readBy: ['run', 'preflight', 'rollback', 'combine', 'validate'],
    default: '1h',
    description: 'Without a snapshot, only a version that became current this recently is undone.',
  }),

  url: input(urls(), {
    group: 'http',
    description:
      'One or more URLs that are probed at `requests-per-second` each; they give success rate, errors per minute and latency. Default: none.',
  }),
  'baseline-url': input(urls(), {
    group: 'http',
    requires: ['url'],
    excludes: {
      inputs: ['prometheus-preset', 'prometheus-total'],
      message: 'the requests are counted by Prometheus, and not probed',
      fix: 'set the `prometheus-baseline-...` inputs instead',
    },
    description:
      'URL of the previous version, one per `url`, in the same order. Probed at the same time, so that problems affecting both versions do not count against the new one. Default: none.',
  }),
  'requests-per-second': input(number({ min: 0.1, max: 500 }), {
    group: 'http',
    default: '2',
    description: 'Probes a second for each URL, from 0.1 to 500.',
  }),
  'request-timeout': input(duration({ min: 50 }), {
    group: 'http',
    default: '5s',
    description: 'A request that takes longer has failed.',
  }),
  'follow-redirects': input(integer({ min: 0, max: 20 }), {
    group: 'http',
    default: '0',
    description: 'How many redirects a probe follows, from 0 to 20.',
  }),
  'expect-status': input(statusRanges(), {
    group: 'http',
    default: '200-399',
    description: 'Status codes of a good answer: codes and ranges, such as `200-299,404`.',
  }),
  'expect-body': input(regex(), {
    group: 'http',
    description:
      'Regular expression that the body of a good answer matches. Default: any body will do.',
  }),
  headers: input(headers(), {
    group: 'http',
    secret: true,
    sentTo: ['url', 'health-url', 'baseline-url'],
    description: 'Headers sent with every probe, as `Name: value` lines. Default: none.',
  }),
  'baseline-headers': input(headers(), {
    group: 'http',
    secret: true,
    off: true,
    requires: ['baseline-url'],
    sentTo: ['baseline-url'],
    description:
      'Headers sent to `baseline-url` instead of `headers`, as `Name: value` lines, or `off` for none. Default: the same as `headers`.',
  }),
  'latency-includes-connect': input(boolean(), {
    group: 'http',
    default: 'false',
    description:
      'Whether latency includes the time to connect (DNS, TCP, TLS). Every probe opens a new connection; most of your users do not.',
  }),
  'health-url': input(urls(), {
    group: 'http',
    off: true,
    fallback: 'url',
    description: 'One or more URLs of the health check, or `off`. Default: the same as `url`.',
  }),
  'url-before': input(choice(['absent']), {
    group: 'http',
    description:
      '`absent`: the URLs exist only after the deploy, so a failure before it is ignored. Default: unset; what already failed before the deploy does not count against it.',
  }),
  'health-interval': input(duration({ min: 200 }), {
    group: 'http',
    default: '5s',
    description: 'How often the health check runs.',
  }),
  'health-failures': input(integer({ min: 1, max: 1000 }), {
    group: 'http',
    readBy: ['run', 'snapshot', 'preflight', 'rollback', 'validate', 'replay'],
    default: '3',
    description: 'Failed probes in a row that make the service unhealthy.',
  }),
  'health-successes': input(integer({ min: 1, max: 1000 }), {
    group: 'http',
    readBy: ['run', 'snapshot', 'preflight', 'rollback', 'validate', 'replay'],
    default: '2',
    description: 'Good probes in a row that show it healthy again after a rollback.',
  }),

  'min-success-rate': input(percentage(), {
    group: 'limits',
    off: true,
    default: '95',
    description: 'Percent of the requests that must succeed, or `off`; exactly this many passes.',
  }),
  'max-errors-per-minute': input(number({ min: 0, max: 1_000_000 }), {
    group: 'limits',
    off: true,
    default: '10',
    description:
      'Failed requests a minute that are accepted, or `off`; exactly this many passes. With its own probes, the gate scales the count to 60 requests a minute.',
  }),
  'max-latency': input(latencyLimit(), {
    group: 'limits',
    off: true,
    description: 'Limit on latency, such as `p95 < 800ms`, or `off`. Default: none.',
  }),
  'compare-before': input(choice(['auto', 'on', 'off']), {
    group: 'limits',
    default: 'auto',
    description:
      'Limits from the hour before the deploy, if a metrics server has its numbers. `auto`: unless you set `min-success-rate`, and other limits that you set are not made stricter; `on`: always, the stricter limit applies; `off`: never.',
  }),
  'before-margin': input(number({ min: 1, max: 100 }), {
    group: 'limits',
    default: '1.5',
    description:
      'How many times as many failures are accepted as in the worst five minutes of the hour before.',
  }),
  'before-floor': input(percentage('failures'), {
    group: 'limits',
    default: '0.5',
    description: 'Percent of failed requests that a limit from the hour before accepts at least.',
  }),
  'min-requests': input(integer({ min: 1, max: 1_000_000_000 }), {
    group: 'limits',
    default: '20',
    description: 'With fewer requests than this the watch ends inconclusive.',
  }),
  'baseline-margin': input(number({ min: 1, max: 1000 }), {
    group: 'limits',
    default: '1',
    description:
      'How many times as often as its baseline a new version may fail, where there is one.',
  }),

  'prometheus-url': input(url(), {
    group: 'prometheus',
    usedBySource: 'prometheus',
    requiresOneOf: {
      inputs: [
        'prometheus-preset',
        'prometheus-total',
        'prometheus-errors',
        'prometheus-latency',
        'prometheus-value',
      ],
      message: 'nothing is asked of this server',
      fix: 'set `prometheus-total` and `prometheus-errors`, or `prometheus-preset` and `prometheus-selector`',
    },
    description:
      'Address of a Prometheus server, or of anything that answers its queries: Thanos, Mimir, VictoriaMetrics, a managed one; with its path, and without `/api/v1`. Default: none.',
  }),
  'prometheus-token': input(credentials(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    usedBySource: 'prometheus',
    secret: true,
    sentTo: ['prometheus-url'],
    description: 'Bearer token, or `user:password`, for the Prometheus server. Default: none.',
  }),
  'prometheus-headers': input(headers(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    usedBySource: 'prometheus',
    secret: true,
    sentTo: ['prometheus-url'],
    description:
      'Headers of every query, as `Name: value` lines, such as `X-Scope-OrgID: shop`. Default: none.',
  }),
  'prometheus-parameters': input(parameters(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    usedBySource: 'prometheus',
    description:
      'Further parameters of every query, as `name=value` lines, such as `partial_response=false`. Default: none.',
  }),
  'prometheus-timeout': input(duration({ min: 50, max: 300 * second }), {
    group: 'prometheus',
    default: '10s',
    description: 'A query that takes longer gives no data.',
  }),
  'prometheus-preset': input(choice(['istio', 'nginx-ingress', 'spring']), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    requires: [
      {
        input: 'prometheus-selector',
        message:
          'without `prometheus-selector` it would judge everything that this server knows of',
        fix: 'set `prometheus-selector` to the labels of what was deployed, such as `namespace="shop"`',
      },
    ],
    description:
      'Whose metrics to use: `istio`, `nginx-ingress` or `spring`; replaces the three selectors below. Default: none.',
  }),
  'prometheus-selector': input(labels(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    requires: [
      {
        input: 'prometheus-preset',
        message: 'it belongs to a preset',
        fix: 'set `prometheus-preset`, or write the labels into `prometheus-total` and the others',
      },
    ],
    description:
      'With a preset: the labels that pick what was deployed, such as `destination_workload="shop"`. Default: none.',
  }),
  'prometheus-total': input(selector(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    excludes: presetCounts,
    requires: ['prometheus-errors'],
    description:
      'Selector of the raw counter of all requests, such as `http_requests_total{app="shop"}`. Default: none.',
  }),
  'prometheus-errors': input(selector(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    excludes: presetCounts,
    requires: ['prometheus-total'],
    description:
      'Selector of the raw counter of failed requests, such as `http_requests_total{app="shop",code=~"5.."}`. Default: none.',
  }),
  'prometheus-baseline-total': input(selector(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    requires: ['prometheus-baseline-errors', 'prometheus-total'],
    description:
      'Selector of all requests of the previous version, which runs at the same time: problems that affect both versions do not count against the new one. Default: none.',
  }),
  'prometheus-baseline-errors': input(selector(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    requires: ['prometheus-baseline-total', 'prometheus-errors'],
    description: 'Selector of its failed requests. Default: none.',
  }),
  'prometheus-baseline-selector': input(labels(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    requires: ['prometheus-preset'],
    description: 'With a preset: the labels that pick the version before it. Default: none.',
  }),
  'prometheus-latency': input(selector(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    requires: [
      {
        input: 'max-latency',
        message: 'there is no limit for it',
        fix: 'set `max-latency`, such as `p95 < 800ms`',
      },
    ],
    description:
      'Selector of the buckets of a histogram, such as `http_request_duration_seconds_bucket{app="shop"}`, for `max-latency`. Default: none.',
  }),
  'prometheus-value': input(script(), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    requiresOneOf: { inputs: ['max-value', 'min-value'] },
    description: 'Any query that gives one number, for `max-value` and `min-value`. Default: none.',
  }),
  'max-value': input(number({ min: 0, max: Number.MAX_SAFE_INTEGER }), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    requires: ['prometheus-value'],
    description:
      'Greatest accepted mean of `prometheus-value`; exactly this much passes. Default: none.',
  }),
  'min-value': input(number({ min: 0.000001, max: Number.MAX_SAFE_INTEGER }), {
    group: 'prometheus',
    belongsTo: 'prometheus-url',
    requires: ['prometheus-value'],
    description:
      'Least accepted mean of `prometheus-value`, above 0; exactly this much passes. Default: none.',
  }),

  'influxdb-url': input(url(), {
    group: 'sources',
    description:
      'Address of InfluxDB, in front of `/query`, for `checks` in the configuration file.',
  }),
  'influxdb-token': input(credentials(), {
    group: 'sources',
    secret: true,
    sentTo: ['influxdb-url'],
    description: '`user:password` of InfluxDB, or the token of a newer version.',
  }),
  'graphite-url': input(url(), {
    group: 'sources',
    description:
      'Address of Graphite, in front of `/render`, for `checks` in the configuration file.',
  }),
  'graphite-token': input(credentials(), {
    group: 'sources',
    secret: true,
    sentTo: ['graphite-url'],
    description: 'Bearer token of Graphite, or `user:password`.',
  }),
  'json-url': input(url(), {
    group: 'sources',
    description:
      'Base address of `checks` of the source `json` in the configuration file that do not set their own.',
  }),
  'json-token': input(credentials(), {
    group: 'sources',
    secret: true,
    sentTo: ['json-url'],
    description: 'Bearer token for that address, or `user:password`.',
  }),
  'json-headers': input(headers(), {
    group: 'sources',
    secret: true,
    sentTo: ['json-url'],
    description: 'Secret headers for that address, as `Name: value` lines.',
  }),

  'alerts-url': input(url(), {
    group: 'sources',
    description:
      'Address of the Prometheus, Alertmanager or Grafana for `checks` of the source `alerts` in the configuration file that do not set their own.',
  }),
  'alerts-token': input(credentials(), {
    group: 'sources',
    secret: true,
    sentTo: ['alerts-url'],
    description: 'Bearer token for that address, or `user:password`.',
  }),

  'test-command': input(script(), {
    group: 'tests',
    description:
      'Your own test: a command line, passed to the shell unchanged, that passes by exit code 0. It runs during the watch, and two failures in a row are unhealthy. For more tests and their options use `checks` of the source `command` in the configuration file. Default: none.',
  }),
  'test-every': input(duration({ min: second, max: hour }), {
    group: 'tests',
    belongsTo: 'test-command',
    usedBySource: 'command',
    default: '30s',
    description: 'How often it runs. A run that takes longer delays the next one.',
  }),

  rollback: input(choices(strategyIds), {
    group: 'rollback',
    default: 'kubernetes,compose,ci,scale-down',
    description: `The chain: ways of rolling back, in the order in which they are tried, out of ${strategyIds.map((id) => `\`${id}\``).join(', ')}. What is not configured is skipped.`,
  }),
  'rollback-command': input(script(), {
    group: 'rollback',
    strategy: 'command',
    configures: true,
    description:
      'Command line of the `command` strategy, passed to the shell unchanged; exit code 0 means done. Name `command` in `rollback` to use it. Default: none.',
  }),
  'rollback-snapshot-command': input(script(), {
    group: 'rollback',
    strategy: 'command',
    belongsTo: 'rollback-command',
    description:
      'Command line that prints what runs on one line: a release, a revision, a version. With it `rollback-command` gets what ran before the deploy as `ROLLGATE_REVISION`, and never undoes a deploy of somebody else; what it prints afterwards is the proof. Default: none.',
  }),
  'rollback-timeout': input(duration({ min: second }), {
    group: 'rollback',
    default: '10m',
    description: 'Time for the whole chain.',
  }),
  'verify-timeout': input(duration({ min: second }), {
    group: 'rollback',
    default: '2m',
    description: 'Time after a rollback in which everything that was wrong must be seen right.',
  }),
  'rollback-scope': input(choice(['failed', 'all']), {
    group: 'rollback',
    perRun: true,
    default: 'failed',
    description: 'With several targets: roll back those that `failed`, or `all` of them.',
  }),
  'snapshot-file': input(path(), {
    group: 'rollback',
    perRun: true,
    default: 'rollgate-report/snapshot.json',
    description: 'Where `snapshot` records what runs before the deploy.',
  }),

  'git-repository': input(gitRepository(), {
    group: 'git',
    strategy: 'git',
    configures: true,
    description:
      'Repository that says what is deployed, for Argo CD, Flux and the like, such as `https://github.com/acme/deploy.git` or `git@github.com:acme/deploy.git`. The rollback is one more commit in it. Default: none.',
  }),
  'git-branch': input(text(), {
    group: 'git',
    strategy: 'git',
    description: 'Branch that is deployed. Default: the one that the repository names as its own.',
  }),
  'git-path': input(text(), {
    group: 'git',
    strategy: 'git',
    default: '.',
    description:
      'Folder or file of the repository that the deploy changes, and that is put back, such as `apps/shop`. Default: all of it.',
  }),
  'git-token': input(credentials(), {
    group: 'git',
    strategy: 'git',
    secret: true,
    sentTo: ['git-repository'],
    description:
      'Token, or `user:password`, that may write to the repository by https. Default: what git on this machine has.',
  }),
  'git-mode': input(choice(['push', 'pull-request']), {
    group: 'git',
    strategy: 'git',
    default: 'push',
    description:
      'How the commit gets onto the branch: `push`, or a `pull-request` (a merge request on GitLab) that somebody merges. Nothing is rolled back before that.',
  }),
  'kubernetes-workload': input(list(workload), {
    group: 'kubernetes',
    strategy: 'kubernetes',
    configures: true,
    description:
      'Workloads to roll back: `deployment/api`, `statefulset/db`, `daemonset/agent`, `rollout/api` (Argo Rollouts). Default: none.',
  }),
  'kubernetes-namespace': input(text(), {
    group: 'kubernetes',
    strategy: 'kubernetes',
    description: 'Namespace of the workloads. Default: what kubectl uses.',
  }),
  'kubernetes-context': input(text(), {
    group: 'kubernetes',
    strategy: 'kubernetes',
    description: 'Context of the kubeconfig. Default: what kubectl uses.',
  }),
  kubeconfig: input(path(), {
    group: 'kubernetes',
    strategy: 'kubernetes',
    description: 'Path of the kubeconfig. Default: what kubectl uses.',
  }),
  'kubernetes-revision': input(
    list({
      pattern: /^(\d+|[a-z]+\/[a-z0-9.-]+=\d+)$/,
      like: '`13`, or `deployment/api=13` for each of several workloads',
    }),
    {
      group: 'kubernetes',
      strategy: 'kubernetes',
      description:
        'Revision to go back to; for several workloads `kind/name=N` lines. Default: the recorded one, else the previous one.',
    },
  ),
  'kubernetes-health': input(boolean(), {
    group: 'kubernetes',
    default: 'false',
    description:
      'Check the readiness of the workloads too: replicas that stay unavailable, repeated restarts and crash loops since the watch began, and an update that Argo Rollouts aborts, are unhealthy. One restart is noted.',
  }),
  'gitops-wait': input(duration(), {
    group: 'kubernetes',
    default: '10m',
    description:
      'Where Argo CD or Flux keeps the workloads: how long to wait until it has applied something newer than the snapshot knows. The watch begins then.',
  }),
  'kubernetes-pin-image': input(boolean(), {
    group: 'kubernetes',
    strategy: 'kubernetes',
    default: 'false',
    description:
      'Name the images of the recorded version by their digests when it is rolled back to, so that a tag that was moved (`latest`) does not bring the new image back. It needs a snapshot.',
  }),
  'gitops-pause': input(boolean(), {
    group: 'kubernetes',
    default: 'false',
    description:
      'Before a rollback of a workload that Argo CD or Flux keeps: suspend the owner first, so that it does not undo the rollback. The report says how to resume it.',
  }),
  'helm-release': input(text(), {
    group: 'kubernetes',
    strategy: 'helm',
    configures: true,
    description: 'Helm release to roll back. Default: none.',
  }),
  'helm-namespace': input(text(), {
    group: 'kubernetes',
    strategy: 'helm',
    description:
      'Namespace of the Helm release. Default: `kubernetes-namespace`, otherwise what helm uses.',
  }),

  'compose-file': input(list(), {
    group: 'compose',
    isPath: true,
    strategy: 'compose',
    configures: true,
    description: 'Compose files, as `docker compose -f`. Default: none.',
  }),
  'compose-project': input(text(), {
    group: 'compose',
    strategy: 'compose',
    configures: true,
    description: 'Compose project, as `docker compose -p`. Default: none.',
  }),
  'compose-service': input(list(), {
    group: 'compose',
    strategy: 'compose',
    description: 'Services of the project to roll back. Default: all of them.',
  }),
  'compose-profile': input(list(), {
    group: 'compose',
    strategy: 'compose',
    description: 'Profiles of the project, as `docker compose --profile`. Default: none.',
  }),
  'compose-env-file': input(list(), {
    group: 'compose',
    isPath: true,
    strategy: 'compose',
    description: 'Environment files, as `docker compose --env-file`. Default: what Compose uses.',
  }),
  'compose-health': input(boolean(), {
    group: 'compose',
    default: 'false',
    description:
      'Check the containers of the services too: a failing health check, repeated restarts and bad exits since the watch began are unhealthy. One restart is noted.',
  }),

  'ecs-service': input(list(serviceShape), {
    group: 'aws',
    strategy: 'ecs',
    configures: true,
    description:
      'ECS services to roll back, as `cluster/service` or by ARN. Credentials and region are those of the `aws` program. Default: none.',
  }),
  'ecs-health': input(boolean(), {
    group: 'aws',
    default: 'false',
    description:
      'Check the ECS services too: tasks that fail again and again, a deployment that ECS has given up, and unhealthy targets are unhealthy.',
  }),
  'lambda-alias': input(list(aliasShape), {
    group: 'aws',
    strategy: 'lambda',
    configures: true,
    description:
      'Aliases of Lambda functions to roll back, as `function:alias`. Credentials and region are those of the `aws` program. Default: none.',
  }),

  'canary-workload': input(list(workload), {
    group: 'canary',
    strategy: 'scale-down',
    configures: true,
    description: 'Kubernetes workloads that `scale-down` takes to zero. Default: none.',
  }),
  'canary-service': input(list(), {
    group: 'canary',
    strategy: 'scale-down',
    configures: true,
    description: 'Compose services that `scale-down` takes to zero. Default: none.',
  }),

  'ci-system': input(
    choice([
      'github',
      'gitlab',
      'jenkins',
      'circleci',
      'azure',
      'gitea',
      'forgejo',
      'http',
      'none',
    ]),
    {
      group: 'ci',
      strategy: 'ci',
      configures: true,
      guide: ['CI_SYSTEM'],
      description:
        'CI system that the rollback pipeline is started in: `github`, `gitlab`, `jenkins`, `circleci`, `azure`, `gitea`, `forgejo`, `http` or `none`. Default: the one that this job runs in.',
    },
  ),
  'rollback-ref': input(text(), {
    group: 'ci',
    strategy: 'ci',
    configures: true,
    description:
      "Branch or tag that the rollback pipeline runs on. Default: the repository's default branch.",
  }),
  'rollback-parameters': input(parameters(), {
    group: 'ci',
    strategy: 'ci',
    configures: true,
    description:
      'Further parameters of the rollback pipeline, as `name=value` lines. Default: none.',
  }),
  'ci-changes-source': input(boolean(), {
    group: 'ci',
    default: 'false',
    description:
      'The rollback pipeline reverts what is deployed in Git. It then goes first where Argo CD or Flux keeps the workloads, and is proven when they have applied it.',
  }),
  'rollback-job': input(list(), {
    group: 'ci',
    strategy: 'ci',
    configures: true,
    description:
      'Names of the jobs of the rollback pipeline that prove the rollback: each must be there and succeed, and others do not matter. Default: at least one job must succeed, and none may be skipped, wait for a person or fail.',
  }),
  'rollback-wait': input(boolean(), {
    group: 'ci',
    strategy: 'ci',
    configures: true,
    default: 'true',
    description: 'Follow the rollback pipeline to its end.',
  }),
  'rollback-start-timeout': input(duration({ min: second }), {
    group: 'ci',
    strategy: 'ci',
    configures: true,
    default: '2m',
    description: 'Give up on a rollback pipeline that has not begun by then.',
  }),

  'github-repository': input(text({ pattern: /^[\w.-]+\/[\w.-]+$/, like: '`owner/name`' }), {
    group: 'github',
    strategy: 'ci',
    configures: true,
    guide: ['GITHUB_REPOSITORY'],
    setBy: { github: ['GITHUB_REPOSITORY'] },
    description:
      'Repository of the rollback workflow, as `owner/name`. Default: `GITHUB_REPOSITORY`.',
  }),
  'github-token': input(text(), {
    group: 'github',
    strategy: 'ci',
    configures: true,
    secret: true,
    guide: ['GITHUB_TOKEN'],
    fallback: 'host-token',
    fallbackIn: ['github'],
    sentTo: ['github-api-url'],
    description:
      'Token that may start and read the workflow (`actions: write`). Default: the token of the job.',
  }),
  'github-workflow': input(text(), {
    group: 'github',
    strategy: 'ci',
    configures: true,
    default: 'rollback.yml',
    guide: ['GITHUB_WORKFLOW_ID'],
    description: 'File name or id of the rollback workflow.',
  }),
  'github-api-url': input(url(), {
    group: 'github',
    strategy: 'ci',
    configures: true,
    default: 'https://api.github.com',
    setBy: { github: ['GITHUB_API_URL'] },
    derivedFrom: { github: { variable: 'GITHUB_SERVER_URL', read: githubApiOf } },
    description:
      'Root of the REST API; in a GitHub job, and where `ci-system` names GitHub, `GITHUB_API_URL` goes before the default, and else `GITHUB_SERVER_URL`.',
  }),
  'host-token': input(text(), {
    group: 'github',
    secret: true,
    filledBy: '${{ github.token }}',
    description:
      'The token that GitHub, Gitea or Forgejo creates for the job; used if `github-token` or `gitea-token` is missing, for the server of the job only. The action sets it; you need not.',
  }),
  'host-matrix': input(text(), {
    group: 'github',
    perRun: true,
    inFile: false,
    // No variable tells the jobs of a matrix apart; the default of an input may name the context (actions/runner, action_yaml.json).
    filledBy: '${{ toJSON(matrix) }}',
    description:
      'The values of the matrix that the job has, as JSON; tells the jobs of one matrix apart. The action fills it in, nobody needs to set it.',
  }),

  'gitea-url': input(url({ without: '/api/v1' }), {
    group: 'gitea',
    strategy: 'ci',
    configures: true,
    setBy: {
      gitea: ['GITHUB_SERVER_URL', 'GITHUB_API_URL'],
      forgejo: ['FORGEJO_SERVER_URL', 'GITHUB_SERVER_URL', 'GITHUB_API_URL'],
    },
    description:
      'Root of the Gitea or Forgejo server, or of its API. Default: the server of the job; elsewhere none.',
  }),
  'gitea-repository': input(text({ pattern: /^[\w.-]+\/[\w.-]+$/, like: '`owner/name`' }), {
    group: 'gitea',
    strategy: 'ci',
    configures: true,
    setBy: { gitea: ['GITHUB_REPOSITORY'], forgejo: ['FORGEJO_REPOSITORY', 'GITHUB_REPOSITORY'] },
    description:
      'Repository of the rollback workflow, as `owner/name`. Default: the repository of the job.',
  }),
  'gitea-token': input(text(), {
    group: 'gitea',
    strategy: 'ci',
    configures: true,
    secret: true,
    guide: ['GITEA_TOKEN', 'FORGEJO_TOKEN'],
    setBy: { gitea: ['GITHUB_TOKEN'], forgejo: ['FORGEJO_TOKEN', 'GITHUB_TOKEN'] },
    fallback: 'host-token',
    fallbackIn: ['gitea', 'forgejo'],
    sentTo: ['gitea-url'],
    description:
      'Token that may start and read the workflow (scope `write:repository`). Default: the token of the job, which is good for its own repository.',
  }),
  'gitea-workflow': input(text(), {
    group: 'gitea',
    strategy: 'ci',
    configures: true,
    default: 'rollback.yml',
    description: 'File name of the rollback workflow.',
  }),

  'gitlab-url': input(url({ without: '/api/v4' }), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    default: 'https://gitlab.com',
    setBy: { gitlab: ['CI_SERVER_URL', 'CI_API_V4_URL'] },
    description:
      'Root of the GitLab server; in a GitLab job, and where `ci-system` names GitLab, `CI_SERVER_URL` goes before the default.',
  }),
  'gitlab-project': input(text(), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    guide: ['CI_PROJECT_ID'],
    setBy: { gitlab: ['CI_PROJECT_ID'] },
    description: 'Project of the rollback pipeline, as id or full path. Default: `CI_PROJECT_ID`.',
  }),
  'gitlab-pipeline': input(integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    guide: ['CI_PIPELINE_ID'],
    setBy: { gitlab: ['CI_PIPELINE_ID'] },
    description:
      'Id of the running pipeline, which `gitlab-cancel` ends. Default: `CI_PIPELINE_ID`.',
  }),
  'gitlab-token': input(text(), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    secret: true,
    guide: ['GITLAB_TOKEN'],
    sentTo: ['gitlab-url'],
    description:
      'Personal, project or group access token with the scope `api`. Default: `GITLAB_TOKEN`.',
  }),
  'gitlab-trigger-token': input(text(), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    secret: true,
    sentTo: ['gitlab-url'],
    description:
      'Pipeline trigger token; enough to start the rollback pipeline, not to cancel one. Default: none.',
  }),
  'gitlab-job-token': input(text(), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    secret: true,
    guide: ['CI_JOB_TOKEN'],
    setBy: { gitlab: ['CI_JOB_TOKEN'] },
    sentTo: ['gitlab-url'],
    description:
      'Token of a GitLab job; used where there is neither an access token nor a trigger token. Default: `CI_JOB_TOKEN`.',
  }),
  'gitlab-cancel': input(choice(['pipeline', 'siblings', 'none']), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    default: 'pipeline',
    description:
      'What to cancel after the rollback: the running `pipeline`, its other jobs (`siblings`), or `none`.',
  }),
  'gitlab-rollback-jobs': input(list(), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    description:
      'Names of the jobs that a rollback pipeline may have; one with others would deploy, and is cancelled at once. Default: any job.',
  }),
  'gitlab-job': input(integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    setBy: { gitlab: ['CI_JOB_ID'] },
    description:
      'Id of the running job, which `gitlab-cancel: siblings` spares. Default: `CI_JOB_ID`.',
  }),
  'gitlab-default-branch': input(text(), {
    group: 'gitlab',
    strategy: 'ci',
    configures: true,
    setBy: { gitlab: ['CI_DEFAULT_BRANCH'] },
    description:
      'Default branch of the project, for tokens that cannot ask for it. Default: `CI_DEFAULT_BRANCH`.',
  }),

  'jenkins-url': input(url(), {
    group: 'jenkins',
    strategy: 'ci',
    configures: true,
    guide: ['JENKINS_URL'],
    setBy: { jenkins: ['JENKINS_URL'] },
    description: 'Root of the Jenkins controller. Default: `JENKINS_URL`.',
  }),
  'jenkins-user': input(text(), {
    group: 'jenkins',
    strategy: 'ci',
    configures: true,
    guide: ['JENKINS_USER'],
    description: 'User that the token belongs to. Default: `JENKINS_USER`.',
  }),
  'jenkins-token': input(text(), {
    group: 'jenkins',
    strategy: 'ci',
    configures: true,
    secret: true,
    guide: ['JENKINS_TOKEN'],
    sentTo: ['jenkins-url'],
    description: 'API token of the user. Default: `JENKINS_TOKEN`.',
  }),
  'jenkins-job': input(text(), {
    group: 'jenkins',
    strategy: 'ci',
    configures: true,
    guide: ['JENKINS_JOB_NAME'],
    setBy: { jenkins: ['JOB_NAME'] },
    description:
      'Full name of the rollback job, such as `folder/job`. Default: `JENKINS_JOB_NAME`, in a Jenkins build its own job.',
  }),

  'circleci-url': input(url(), {
    group: 'circleci',
    strategy: 'ci',
    configures: true,
    default: 'https://circleci.com',
    derivedFrom: { circleci: { variable: 'CIRCLE_BUILD_URL', read: circleServerOf } },
    description:
      'Root of CircleCI; in a job of CircleCI Server the server of `CIRCLE_BUILD_URL` goes before the default.',
  }),
  'circleci-token': input(text(), {
    group: 'circleci',
    strategy: 'ci',
    configures: true,
    secret: true,
    guide: ['CIRCLE_TOKEN'],
    sentTo: ['circleci-url'],
    description: 'Personal API token; project tokens do not work. Default: `CIRCLE_TOKEN`.',
  }),
  'circleci-project': input(text(), {
    group: 'circleci',
    strategy: 'ci',
    configures: true,
    guide: ['CIRCLE_PROJECT_SLUG'],
    description:
      'Slug of the project, such as `gh/org/repo`. Default: `CIRCLE_PROJECT_SLUG`, in a CircleCI job the project of that job.',
  }),
  'circleci-definition-id': input(text(), {
    group: 'circleci',
    strategy: 'ci',
    configures: true,
    description:
      'Id of the pipeline definition to run; a project whose slug begins with `circleci/` needs one. Default: the pipeline of the repository.',
  }),

  'azure-url': input(url(), {
    group: 'azure',
    strategy: 'ci',
    configures: true,
    setBy: { azure: ['SYSTEM_COLLECTIONURI', 'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI'] },
    description:
      'Address of the organization, or of the collection of an Azure DevOps Server. Default: `SYSTEM_COLLECTIONURI` in an Azure job, else https://dev.azure.com/ and `azure-org`.',
  }),
  'azure-org': input(text(), {
    group: 'azure',
    strategy: 'ci',
    configures: true,
    guide: ['AZURE_DEVOPS_ORG'],
    description:
      'Name of the organization of Azure DevOps Services; it replaces the one in `azure-url`. Default: `AZURE_DEVOPS_ORG`.',
  }),
  'azure-project': input(text(), {
    group: 'azure',
    strategy: 'ci',
    configures: true,
    guide: ['AZURE_DEVOPS_PROJECT'],
    setBy: { azure: ['SYSTEM_TEAMPROJECTID', 'SYSTEM_TEAMPROJECT'] },
    description:
      'Name or id of the project. Default: `AZURE_DEVOPS_PROJECT`, in an Azure job its own project.',
  }),
  'azure-pat': input(text(), {
    group: 'azure',
    strategy: 'ci',
    configures: true,
    secret: true,
    guide: ['AZURE_DEVOPS_PAT'],
    setBy: { azure: ['SYSTEM_ACCESSTOKEN'] },
    sentTo: ['azure-url'],
    description:
      'Personal access token with the scope Build (read and execute). Default: `AZURE_DEVOPS_PAT`, in an Azure job a mapped `SYSTEM_ACCESSTOKEN`.',
  }),
  'azure-pipeline': input(text(), {
    group: 'azure',
    strategy: 'ci',
    configures: true,
    guide: ['AZURE_PIPELINE_ID'],
    setBy: { azure: ['SYSTEM_DEFINITIONID'] },
    description:
      'Id, name, or folder and name (`ops/Rollback`) of the rollback pipeline. Default: `AZURE_PIPELINE_ID`, in an Azure job its own pipeline.',
  }),

  'http-url': input(url(), {
    group: 'http-pipeline',
    requiredWhen: { ...toStart, to: 'the root of its API' },
    strategy: 'ci',
    configures: true,
    description:
      'Root of the API; every path below is relative to it, and nothing is sent elsewhere. Default: none.',
  }),
  'http-headers': input(headers(), {
    group: 'http-pipeline',
    strategy: 'ci',
    configures: true,
    secret: true,
    sentTo: ['http-url'],
    description:
      'Headers of every call, as `Name: value` lines; credentials belong here and nowhere else. `Content-Type` is for the bodies. Default: none; bodies are `application/json`.',
  }),
  'http-start-method': input(choice(['post', 'put', 'patch']), {
    group: 'http-pipeline',
    strategy: 'ci',
    configures: true,
    default: 'post',
    description: 'Method of the call that starts the rollback: `post`, `put` or `patch`.',
  }),
  'http-start-path': input(pathTemplate({ names: ofStart, parameters: true }), {
    group: 'http-pipeline',
    requiredWhen: { ...toStart, to: 'the path that starts the rollback pipeline' },
    strategy: 'ci',
    configures: true,
    description:
      'Path of that call, with its query. Placeholders: `{{rollback_id}}`, `{{ref}}`, `{{target}}`, `{{revision}}`, `{{image}}`, `{{parameters.NAME}}`. Default: none.',
  }),
  'http-start-body': input(template({ names: ofStart, parameters: true }), {
    group: 'http-pipeline',
    strategy: 'ci',
    configures: true,
    description: 'Body of that call, JSON or a form, with the same placeholders. Default: none.',
  }),
  'http-run-id': input(pointers(), {
    group: 'http-pipeline',
    requiredWhen: {
      ...toFollow,
      to: 'where the id of the run is in the answer, such as `/id`',
    },
    strategy: 'ci',
    configures: true,
    description:
      'Where the id of the run is in an answer, as JSON Pointer such as `/id`; of several the first that leads to one. Default: none.',
  }),
  'http-run-link': input(pointers(), {
    group: 'http-pipeline',
    strategy: 'ci',
    configures: true,
    description:
      'JSON Pointer to the web URL of the run in the response, as `http-run-id`. Default: the address of its state.',
  }),
  'http-state-path': input(pathTemplate({ names: ofRun }), {
    group: 'http-pipeline',
    requiredWhen: { ...toFollow, to: 'the path that shows a run, such as `runs/{{run_id}}`' },
    strategy: 'ci',
    configures: true,
    description: 'Path that shows a run, read with GET. Placeholder: `{{run_id}}`. Default: none.',
  }),
  'http-state': input(pointers(), {
    group: 'http-pipeline',
    requiredWhen: {
      ...toFollow,
      to: 'where the word for the state is in that answer, such as `/state`',
    },
    strategy: 'ci',
    configures: true,
    description:
      'Where the word for the state is in that answer; of several pointers the words are joined with `/`. Default: none.',
  }),
  'http-states': input(meanings(), {
    group: 'http-pipeline',
    requiredWhen: { ...toFollow, to: 'what the words mean, such as `passed=succeeded`' },
    strategy: 'ci',
    configures: true,
    description:
      'What the words mean, as `word=meaning` lines: `queued`, `running`, `waiting` (for a person), `succeeded`, `failed` or `cancelled`. Any other word is unknown, and never success. Default: none.',
  }),
  'http-cancel-method': input(choice(['post', 'put', 'patch', 'delete']), {
    group: 'http-pipeline',
    strategy: 'ci',
    configures: true,
    default: 'post',
    description: 'Method of the call that cancels a run: `post`, `put`, `patch` or `delete`.',
  }),
  'http-cancel-path': input(pathTemplate({ names: ofRun }), {
    group: 'http-pipeline',
    strategy: 'ci',
    configures: true,
    description:
      'Path of that call. Placeholder: `{{run_id}}`. Default: none; no run is cancelled.',
  }),
  'http-cancel-body': input(template({ names: ofRun }), {
    group: 'http-pipeline',
    strategy: 'ci',
    configures: true,
    description: 'Body of that call. Placeholder: `{{run_id}}`. Default: none.',
  }),
  'http-find-path': input(pathTemplate({ names: ofStart }), {
    group: 'http-pipeline',
    strategy: 'ci',
    configures: true,
    description:
      'Path that lists runs, read with GET; finds the run that shows the `{{rollback_id}}` when the start was not answered with an id. Placeholders as in `http-start-path`, without parameters. Default: none.',
  }),
  'http-find-runs': input(pointer(), {
    group: 'http-pipeline',
    strategy: 'ci',
    configures: true,
    description: 'Where the list is in that answer. Default: the answer is the list.',
  }),

  'notify-url': input(webhooks(), {
    group: 'report',
    perRun: true,
    secret: true,
    sentTo: ['notify-url'],
    description:
      'One or more webhooks that get the verdict: of Slack (also Mattermost, Rocket.Chat, Discord), of Microsoft Teams, or of anything that takes JSON. Default: none.',
  }),
  'notify-format': input(choice(['slack', 'teams', 'json']), {
    group: 'report',
    perRun: true,
    description:
      'What the webhooks understand: `slack`, `teams` or `json`. Default: by their addresses.',
  }),
  'notify-on': input(
    choices(['unhealthy', 'inconclusive', 'cancelled', 'healthy'], { none: 'none' }),
    {
      group: 'report',
      perRun: true,
      default: 'unhealthy,inconclusive',
      description:
        'Verdicts that are reported: `unhealthy`, `inconclusive`, `cancelled`, `healthy`, or `none`. The command `rollback` always reports.',
    },
  ),
  'notify-comment': input(boolean(), {
    group: 'report',
    perRun: true,
    default: 'true',
    description:
      'In a run for a pull or merge request: comment on it, when the token of that system (`github-token`, `gitlab-token`, `azure-pat`, `gitea-token`) may.',
  }),
  'report-dir': input(path(), {
    group: 'report',
    readBy: ['run', 'snapshot', 'preflight', 'rollback', 'combine', 'validate'],
    perRun: true,
    default: 'rollgate-report',
    description:
      'Folder for report.html, report.json, summary.md, junit.xml and recording.ndjson. With `shard` they are in a subfolder, such as `shard-2-of-5`.',
  }),
  'report-logs': input(integer({ min: 0, max: 1000 }), {
    group: 'report',
    readBy: ['run', 'snapshot', 'preflight', 'rollback', 'validate'],
    default: '0',
    description:
      'How many last lines of a failing container may be shown. They may hold secrets, and the log may be public.',
  }),
  'ca-file': input(path(), {
    group: 'report',
    readBy: ['run', 'snapshot', 'preflight', 'rollback', 'combine', 'validate', 'replay'],
    perRun: true,
    description:
      'File with further certificate authorities (PEM) for every HTTPS connection. Default: none.',
  }),
};

export type InputTable = typeof inputs;
export type InputId = keyof InputTable;

/** The value of every input; what was not set and has no default is `undefined`. */
export type Settings = {
  readonly [Id in InputId]: InputTable[Id] extends Input<infer V> ? V : never;
};

export const inputIds = Object.keys(inputs) as readonly InputId[];

/** Those that each target of the configuration file may have for itself. */
export const targetInputIds = inputIds.filter((id) => inputOf(id).perRun !== true);

/** The row of an input, without the type of its value. */
export function inputOf(id: InputId): Input<unknown> {
  return inputs[id];
}

export function isInputId(name: string): name is InputId {
  return Object.hasOwn(inputs, name);
}
