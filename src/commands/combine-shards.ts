import { exitCodes } from '../contract/outcome.js';
import type { Finding } from '../contract/result.js';
import {
  notNeeded,
  type RunReport,
  type ShardReport,
  type TargetReport,
} from '../report/record.js';
import type { UsageProblem } from '../support/errors.js';
import { ended, formatDuration, plural } from '../support/text.js';
import { shardInWords, shardOf } from '../support/values/shard.js';
import { exitCodeOf, worstCode } from './exit-code.js';
import { combine, combineRollbacks, namesOf, type Outcome, type TargetOutcome } from './outcome.js';

/** The report of a shard. */
export type OfShard = RunReport & { readonly shard: ShardReport };

export interface NamedReport {
  /** As it was named, or found. */
  readonly path: string;
  readonly report: OfShard;
}

/** The run that combines. */
export interface Combiner {
  readonly system: string;
  readonly runId: string | null;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number;
  /** Without an id of the run older reports are not taken for its own, milliseconds. */
  readonly deployedWithin: number;
}

/**
 * Of each shard that was tried again, the report of its last attempt: a job that is tried again leaves one more, as artifacts of
 * Azure Pipelines cannot be replaced. Two of one attempt are left as they are, which is refused.
 *
 * @returns also one notice for each report that is left out
 */
export function latestAttempts(reports: readonly NamedReport[]): {
  readonly latest: readonly NamedReport[];
  readonly notices: readonly string[];
} {
  const newerThan = (named: NamedReport): NamedReport | undefined =>
    reports.find((other) => isSameShard(named, other) && attemptOf(other) > attemptOf(named));
  return {
    latest: reports.filter((named) => newerThan(named) === undefined),
    notices: reports.flatMap((named) => {
      const newer = newerThan(named);
      return newer === undefined
        ? []
        : [`${named.path} is of an earlier attempt of its shard: ${newer.path} counts.`];
    }),
  };
}

function isSameShard({ report: a }: NamedReport, { report: b }: NamedReport): boolean {
  return (
    a.host.runId !== null &&
    runInWords(a.host) === runInWords(b.host) &&
    shardInWords(a.shard) === shardInWords(b.shard)
  );
}

/** `NaN`, which is no later than any other, where it is not known. */
function attemptOf({ report }: NamedReport): number {
  return report.host.attempt ?? Number.NaN;
}

/** Why these reports are not those of the shards of one run. */
export function disagreements(
  reports: readonly NamedReport[],
  combiner: Combiner,
): readonly UsageProblem[] {
  const problems = sharedFacts.flatMap(({ of, fact, fix }): UsageProblem[] => {
    const [first, other] = firstTwo(reports, of);
    return first === undefined || other === undefined
      ? []
      : [
          {
            subject: 'combine',
            message: `the reports are of different ${fact}: ${of(first.report)} (${first.path}) and ${of(other.report)} (${other.path})`,
            fix,
          },
        ];
  });
  if (problems.length > 0) return problems;
  return [...foreignRun(reports, combiner), ...doubles(reports), ...misplaced(reports)];
}

/** What the reports of one run have in common. */
const sharedFacts: readonly {
  readonly of: (report: OfShard) => string;
  readonly fact: string;
  readonly fix: string;
}[] = [
  {
    of: ({ host }) => runInWords(host),
    fact: 'runs',
    fix: 'give those of one run; the folder may still hold older ones',
  },
  {
    of: ({ command }) => `\`${command}\``,
    fact: 'commands',
    fix: 'combine those of `run` and those of `rollback` apart',
  },
  {
    of: ({ tool }) => tool.version,
    fact: 'versions of Rollgate',
    fix: 'name one version in all jobs, and run all shards again',
  },
  {
    of: ({ shard }) => plural(shard.count, 'shard'),
    fact: 'numbers of shards',
    fix: 'give all jobs the same number, and run all shards again',
  },
];

/** The first report, and the first that differs from it. */
function firstTwo(
  reports: readonly NamedReport[],
  of: (report: OfShard) => string,
): readonly NamedReport[] {
  const [first, ...others] = reports;
  const other = first && others.find(({ report }) => of(report) !== of(first.report));
  return first === undefined || other === undefined ? [] : [first, other];
}

/** A second attempt of a run is the same run: a shard may have been tried again while the others are done. */
function runInWords({ system, runId, project }: RunReport['host']): string {
  const where = project === null ? '' : ` of ${project}`;
  return runId === null ? `a run without an id (${system})` : `${system} run ${runId}${where}`;
}

/** Reports of yesterday's deploy say nothing of today's. A person may combine those of any run, on a machine of their own. */
function foreignRun(
  reports: readonly NamedReport[],
  { system, runId, now, deployedWithin }: Combiner,
): readonly UsageProblem[] {
  const [first] = reports;
  if (first === undefined) return [];
  const { host } = first.report;
  if (runId !== null && (host.runId !== runId || host.system !== system))
    return [
      {
        subject: 'combine',
        message: `the reports are those of ${runInWords(host)}, and this is ${system} run ${runId}`,
        fix: 'give those of this run; where the shards are in a pipeline of their own, set `run-id` to the same in both',
      },
    ];
  if (host.runId !== null) return [];
  const old = reports.find(({ report }) => now - Date.parse(report.endedAt) > deployedWithin);
  return old === undefined
    ? []
    : [
        {
          subject: 'combine',
          message: `${old.path} is of a run without an id that ended at ${old.report.endedAt}, longer ago than \`deployed-within\` (${formatDuration(deployedWithin)})`,
          fix: 'remove old reports, or set `run-id` in all jobs',
        },
      ];
}

/** Which of two is right cannot be told. */
function doubles(reports: readonly NamedReport[]): readonly UsageProblem[] {
  const seen = new Map<number, NamedReport>();
  return reports.flatMap((named): UsageProblem[] => {
    const { shard } = named.report;
    const before = seen.get(shard.index);
    seen.set(shard.index, named);
    return before === undefined
      ? []
      : [
          {
            subject: 'combine',
            message: `shard ${shardInWords(shard)} has two reports: ${before.path} (ended at ${before.report.endedAt}) and ${named.path} (ended at ${named.report.endedAt})`,
            fix: 'give each job a number of its own, and keep one report of each',
          },
        ];
  });
}

/** Shards that were given other targets than the rest have watched something else. */
function misplaced(reports: readonly NamedReport[]): readonly UsageProblem[] {
  const judged = reports.filter(({ report }) => report.verdict !== null);
  const [first, other] = firstTwo(judged, ({ shard }) => JSON.stringify(shard.allTargets));
  if (first !== undefined && other !== undefined)
    return [
      {
        subject: 'combine',
        message: `the shards were given different targets: ${differenceOf(first, other)}`,
        fix: 'give all jobs the same configuration file and the same `target`, and run all shards again',
      },
    ];
  return judged.flatMap(({ path, report: { shard, targets } }) => {
    const own = new Set(targetsOf(shard));
    const stranger = targets.find(({ name }) => !own.has(name));
    return stranger === undefined
      ? []
      : [
          {
            subject: path,
            message: `it contains the target ${stranger.name}, which is not in shard ${shardInWords(shard)}`,
            fix: 'run all shards again',
          },
        ];
  });
}

function differenceOf(first: NamedReport, other: NamedReport): string {
  const ofFirst = first.report.shard.allTargets;
  const ofOther = other.report.shard.allTargets;
  const extra = ofFirst.find((name) => !ofOther.includes(name));
  if (extra !== undefined) return `${extra} is in ${first.path}, and not in ${other.path}`;
  const more = ofOther.find((name) => !ofFirst.includes(name));
  return more === undefined
    ? `${first.path} and ${other.path} have them in another order`
    : `${more} is in ${other.path}, and not in ${first.path}`;
}

/** The targets of a shard, by their names. */
function targetsOf({ index, count, allTargets }: ShardReport): readonly string[] {
  return allTargets.filter((name) => shardOf(name, count) === index);
}

export interface Joined {
  readonly outcome: Outcome;
  /** What is not as it should be; whole sentences. */
  readonly warnings: readonly string[];
  /** What the shards had noticed. */
  readonly notices: readonly string[];
}

/**
 * The outcome of all shards, by the rules for several targets of one run. Missing evidence is never healthy: targets of a shard that
 * left no report, or ended without a verdict, are inconclusive, and no `fail-on` excuses that.
 *
 * @param reports of the shards of one run, none of them twice; at least one
 */
export function joinShards(reports: readonly NamedReport[]): Joined {
  const ofShards = reports
    .map(({ report }) => report)
    .sort((a, b) => a.shard.index - b.shard.index);
  const known = ofShards.find(({ verdict }) => verdict !== null) ?? ofShards[0];
  if (known === undefined) throw new Error('there are no reports to join');
  const parts = partsOf(ofShards, known.shard);
  const shared = {
    ...spanOf(ofShards),
    config: configOf(ofShards),
    shards: {
      count: known.shard.count,
      command: known.command,
      reports: ofShards.map(({ shard, verdict, exitCode, host }) => ({
        ...{ index: shard.index, verdict, exitCode },
        targets: targetsOf({ ...known.shard, index: shard.index }).length,
        runUrl: host.runUrl,
      })),
      missing: parts.filter(({ report }) => report === undefined).map(({ index }) => index),
    },
  };
  return {
    outcome: { ...verdictOf(parts, known), ...shared },
    warnings: parts.flatMap((part) => warningOf(part, known.shard.count)),
    notices: [...new Set(ofShards.flatMap(({ notices }) => notices))],
  };
}

/** A shard, whether or not it left a report. */
interface Part {
  readonly index: number;
  readonly report: OfShard | undefined;
  /** The names of its targets. */
  readonly names: readonly string[];
  /** Those that its report does not tell of. */
  readonly untold: readonly string[];
}

function partsOf(reports: readonly OfShard[], { count, allTargets }: ShardReport): readonly Part[] {
  return Array.from({ length: count }, (_, at): Part => {
    const index = at + 1;
    const report = reports.find(({ shard }) => shard.index === index);
    const names = targetsOf({ index, count, allTargets });
    const told = new Set(report?.targets.map(({ name }) => name));
    return { index, report, names, untold: names.filter((name) => !told.has(name)) };
  });
}

function verdictOf(parts: readonly Part[], known: OfShard): Outcome {
  if (known.verdict === null) return withoutAnyVerdict(parts);
  if (known.command === 'rollback') return rollbackOf(parts, known.shard);
  const lacking = parts.filter(({ untold }) => untold.length > 0);
  // All of them say that this is a rollback run.
  if (lacking.length > 0 && parts.every(isNotJudged))
    return { verdict: 'not-judged', exitCode: exitCodes.healthy, reason: reasonOf(lacking) };
  const all = combine(
    inOrder(known.shard, parts, {
      told: toldOutcome,
      untold: (name, part) => untoldOutcome(name, part, known.shard.count),
    }),
  );
  const withoutVerdict = lacking.flatMap(codeWithoutVerdict);
  return {
    ...all,
    exitCode: worstCode([all.exitCode, ...withoutVerdict, ...codesOf(parts)]),
    findings: findingsOf(parts),
    withoutVerdict,
  };
}

/** A rollback of which nobody tells is not confirmed. */
function rollbackOf(parts: readonly Part[], { count, allTargets }: ShardReport): Outcome {
  const all = combineRollbacks(
    parts.flatMap(({ report }) => report?.targets ?? [])[0]?.reason ?? '',
    inOrder({ allTargets }, parts, {
      told: (target) => target,
      untold: (name, part): TargetReport => ({
        name,
        verdict: 'not-judged',
        reason: `Not confirmed: ${whyUntold(part, count)}`,
        checks: [],
        rollback: { ...notNeeded, status: 'unverified', detail: whyUntold(part, count) },
      }),
    }),
  );
  const exitCode = worstCode([all.exitCode, ...codesOf(parts)]);
  return { ...all, exitCode, findings: findingsOf(parts) };
}

/** Something for each target, in the order of the file. */
function inOrder<T>(
  { allTargets }: Pick<ShardReport, 'allTargets'>,
  parts: readonly Part[],
  of: {
    readonly told: (target: TargetReport, report: OfShard) => T;
    readonly untold: (name: string, part: Part) => T;
  },
): readonly T[] {
  const byName = new Map<string, T>();
  for (const part of parts) {
    const { report, untold } = part;
    if (report !== undefined)
      for (const target of report.targets) byName.set(target.name, of.told(target, report));
    for (const name of untold) byName.set(name, of.untold(name, part));
  }
  return allTargets.flatMap((name) => byName.get(name) ?? []);
}

function codesOf(parts: readonly Part[]): readonly number[] {
  return parts.flatMap(({ report }) =>
    report === undefined || report.exitCode === exitCodes.usage ? [] : [report.exitCode],
  );
}

function findingsOf(parts: readonly Part[]): readonly Finding[] {
  return parts.flatMap(({ report }) => report?.findings ?? []);
}

/** Every report is of a run that ended before it could watch: nothing is known of any target. */
function withoutAnyVerdict(parts: readonly Part[]): Outcome {
  const told = parts.flatMap(({ report }) => (report === undefined ? [] : [report]));
  const reasons = [...new Set(told.map(({ reason }) => ended(reason)))];
  return {
    verdict: null,
    exitCode: worstCode(told.map(({ exitCode }) => exitCode)),
    reason: `No shard has a verdict. ${reasons.join(' ')}`,
    findings: findingsOf(parts),
  };
}

/** A shard of a rollback run, or one without targets. */
function isNotJudged({ report, names }: Part): boolean {
  return report === undefined
    ? names.length === 0
    : report.verdict === 'not-judged' && report.targets.length === 0;
}

function reasonOf([first]: readonly Part[]): string {
  return first?.report?.reason ?? '';
}

function toldOutcome(target: TargetReport, report: OfShard): TargetOutcome {
  // The report has the time of one verdict: that of the first of its worst targets.
  const decisive = report.targets.find(({ verdict }) => verdict === report.verdict);
  const { detectedAt, detectionSeconds } =
    decisive === target ? report : { detectedAt: null, detectionSeconds: null };
  return {
    report: target,
    exitCode: exitCodeOf(target.verdict, target.rollback.status),
    detectedAt: detectedAt === null ? null : Date.parse(detectedAt),
    detectionSeconds,
    findings: [],
  };
}

function untoldOutcome(name: string, part: Part, count: number): TargetOutcome {
  const verdict = part.report?.verdict === 'cancelled' ? 'cancelled' : 'inconclusive';
  return {
    report: {
      name,
      verdict,
      reason: `Not judged: ${whyUntold(part, count)}`,
      checks: [],
      rollback: notNeeded,
    },
    exitCode: exitCodeOf(verdict, 'not-needed'),
    detectedAt: null,
    detectionSeconds: null,
    findings: [],
  };
}

function whyUntold({ index, report }: Part, count: number): string {
  const name = `shard ${shardInWords({ index, count })}`;
  if (report === undefined) return `${name} left no report, and what it did is not known.`;
  return report.verdict === null
    ? `${name} ended with exit code ${String(report.exitCode)}: ${ended(report.reason)}`
    : `${name} is ${report.verdict}: ${ended(report.reason)}`;
}

/** A verdict `cancelled` keeps its code by itself. */
function codeWithoutVerdict({ report }: Part): readonly number[] {
  if (report?.verdict === 'cancelled') return [];
  return [
    report?.verdict === null && report.exitCode !== exitCodes.usage
      ? report.exitCode
      : exitCodes.inconclusive,
  ];
}

function warningOf(part: Part, count: number): readonly string[] {
  const { report, names, untold } = part;
  if (report === undefined && names.length === 0)
    return [
      `Shard ${shardInWords({ index: part.index, count })} left no report; no target is in it, so none is missing.`,
    ];
  if (untold.length === 0) return [];
  const which = `${plural(untold.length, 'target')} (${namesOf(untold)})`;
  return [`${which} not judged: ${whyUntold(part, count)}`];
}

/** From when the first began to when the last one ended. */
function spanOf(reports: readonly OfShard[]): Pick<Outcome, 'startedAt' | 'endedAt'> & object {
  const times = (of: (report: OfShard) => string): readonly number[] =>
    reports.map((report) => Date.parse(of(report)));
  return {
    startedAt: Math.min(...times(({ startedAt }) => startedAt)),
    endedAt: Math.max(...times(({ endedAt }) => endedAt)),
  };
}

/** What they have in common, and what their targets have besides. */
function configOf(reports: readonly OfShard[]): Readonly<Record<string, unknown>> {
  const [first] = reports;
  const targets = reports.map(({ config }) => (config.targets ?? {}) as Record<string, unknown>);
  const own = new Set(['shard', 'report-dir', 'targets']);
  const flat = Object.entries(first?.config ?? {}).filter(([id]) => !own.has(id));
  const all: unknown = Object.assign({}, ...targets);
  return { ...Object.fromEntries(flat), targets: all };
}
