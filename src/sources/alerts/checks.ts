import type { Asked, CheckEntry, HealthCheck, HealthResult } from '../../contract/check.js';
import type { Finding } from '../../contract/result.js';
import { withRetries } from '../../support/http/api.js';
import { printSelector } from '../../support/selector.js';
import { oneLine } from '../../support/text.js';
import type { SourceDependencies } from '../source.js';
import { type Alert, keyOf } from './alert.js';
import { type AlertClient, type AlertOptions, createAlertClient } from './client.js';

/** So many alerts are named. */
const NAMED = 5;
/** After a rollback a person waits: then it is asked at least so often, milliseconds. */
const AGAIN = 10_000;

/** What fired before the deploy. */
interface Before {
  /** The keys of what fired. */
  readonly firing: ReadonlySet<string>;
  /** When that was, seconds, by the clock of whoever was asked: what began earlier is not the deploy's. */
  readonly at: number;
}

/** The checks of the `alerts` source. They are used for one watch. */
export function createAlertChecks(
  entries: readonly CheckEntry<AlertOptions>[],
  deps: SourceDependencies,
): readonly HealthCheck[] {
  return entries.flatMap(({ options, health }): readonly HealthCheck[] => {
    if (health === undefined) return [];
    const client = createAlertClient(options, deps);
    const subject = `${oneLine(meant(options), 120)} of ${client.name}`;
    const memory = createAlertMemory(client, deps);
    return [
      {
        ...health,
        kind: 'health',
        source: 'alerts',
        subject,
        every: deps.leastRate > 0 ? Math.min(options.every, AGAIN) : options.every,
        isParticular: true,
        recovery: options.recovery,
        askables: [
          {
            subject,
            once: options.timeout,
            ask: (signal) => ask(client, deps, signal),
            recall: memory.recall,
            recollect: memory.recollect,
          },
        ],
        preflight: (signal) => preflight(health.id, { client, memory, deps }, signal),
        async probe(signal): Promise<HealthResult> {
          const from = deps.clock.monotonic();
          memory.begins(from);
          const found = await client.firing(signal);
          if (!found.ok) return { ok: null, detail: `${client.name}: ${found.problem.message}` };
          const began = memory.newOnes(found.value);
          if (began.length === 0) return { ok: true, detail: '' };
          // Whatever counts did not fire before.
          return { ok: false, detail: inWords(began, deps.redact), changed: true };
        },
      },
    ];
  });
}

/** What is asked for, in words. */
function meant({ names, selector }: AlertOptions): string {
  const labels = selector === undefined ? '' : printSelector(selector);
  return [...(names === undefined ? [] : [names.join(', ')]), labels]
    .filter((part) => part !== '')
    .join(' ');
}

/** What fires before the deploy is no fault: it is what is not counted later. */
async function ask(
  client: AlertClient,
  { clock }: SourceDependencies,
  signal: AbortSignal,
): Promise<Asked | undefined> {
  const from = clock.monotonic();
  const found = await client.firing(signal);
  if (!found.ok) return undefined;
  return {
    passed: true,
    detail: '',
    causes: found.value.map(keyOf),
    at: Math.round(client.timeAt(from) * 1000),
    ms: Math.round(clock.monotonic() - from),
  };
}

interface AlertMemory {
  readonly recall: (asked: Asked) => void;
  readonly recollect: () => Asked | undefined;
  /** It is asked now, by our monotonic clock. */
  begins(monotonic: number): void;
  /** What of it is known to have begun after the deploy, when nobody is watching yet: without a snapshot nothing. */
  knownToBeNew(firing: readonly Alert[]): readonly Alert[];
  /** What of it began after the deploy. */
  newOnes(firing: readonly Alert[]): readonly Alert[];
}

/** Without a snapshot what fires at the first look was there before, unless it says that it began later. */
function createAlertMemory(client: AlertClient, { clock }: SourceDependencies): AlertMemory {
  let before: Before | undefined;
  let begun: number | undefined;
  return {
    recall: ({ causes = [], at }) => {
      before = { firing: new Set(causes), at: (at ?? clock.now()) / 1000 };
    },
    recollect: () =>
      before && {
        passed: true,
        detail: '',
        causes: [...before.firing],
        at: Math.round(before.at * 1000),
        ms: 0,
      },
    begins(monotonic) {
      begun ??= monotonic;
    },
    knownToBeNew: (firing) => (before === undefined ? [] : newSince(before, firing)),
    newOnes(firing) {
      const at = client.timeAt(begun ?? clock.monotonic());
      before ??= {
        firing: new Set(firing.filter((alert) => !isLater(alert, at)).map(keyOf)),
        at,
      };
      return newSince(before, firing);
    },
  };
}

function newSince({ firing: known, at }: Before, firing: readonly Alert[]): readonly Alert[] {
  return firing.filter(
    (alert) => !known.has(keyOf(alert)) && (alert.since === undefined || isLater(alert, at)),
  );
}

function isLater({ since }: Alert, at: number): boolean {
  return since !== undefined && since >= at;
}

function inWords(alerts: readonly Alert[], redact: (text: string) => string): string {
  const words = alerts.map(({ name, since }) => {
    const from = since === undefined ? '' : ` since ${clockTime(since)}`;
    return `${oneLine(redact(name), 120)}${from}`;
  });
  const all = [...new Set(words)].sort();
  const more = all.length - NAMED;
  return `${all.slice(0, NAMED).join('; ')}${more > 0 ? `; and ${String(more)} more` : ''}`;
}

/** `12:03:11 UTC` */
function clockTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)} UTC`;
}

interface Asking {
  readonly client: AlertClient;
  readonly memory: AlertMemory;
  readonly deps: SourceDependencies;
}

async function preflight(
  subject: string,
  { client, memory, deps }: Asking,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await withRetries(() => client.firing(signal), { ...deps, signal });
  if (!found.ok) {
    const { message, fix } = found.problem;
    return [
      {
        level: 'error',
        subject,
        message: `${client.name}: ${message}`,
        ...(fix === undefined ? {} : { fix }),
      },
    ];
  }
  const began = memory.knownToBeNew(found.value);
  const rest = found.value.filter((alert) => !began.includes(alert));
  const tell = (level: Finding['level'], what: string, alerts: readonly Alert[]) =>
    alerts.length === 0
      ? []
      : [{ level, subject, message: `fires now, and ${what}: ${inWords(alerts, deps.redact)}` }];
  return [
    ...tell('notice', 'does not count against this deploy', rest),
    ...tell(
      'warning',
      'did not when the snapshot was taken, so it counts against this deploy',
      began,
    ),
  ];
}
