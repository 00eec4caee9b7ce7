import type {
  Askable,
  Asked,
  Check,
  CheckEntry,
  CheckSpec,
  HealthCheck,
  HealthSpec,
  MetricCheck,
} from '../../contract/check.js';
import type { Finding } from '../../contract/result.js';
import type { ValuesOf } from '../../support/options.js';
import { createShell } from '../../support/shell.js';
import { oneLine } from '../../support/text.js';
import { createNotes, type Probe, sharedPoller, toCheck } from '../series/poller.js';
import type { SourceDependencies } from '../source.js';
import type { commandSource } from './options.js';
import { createProgram, type Program, type Run } from './program.js';

type CommandOptions = ValuesOf<typeof commandSource.options>;

/** What the checks of one entry share. */
interface Test {
  readonly options: CommandOptions;
  readonly deps: SourceDependencies;
  readonly program: Program;
  /** As it may be printed. */
  readonly subject: string;
  readonly preflight: (id: string, signal: AbortSignal) => Promise<readonly Finding[]>;
}

/** The checks of the `command` source. They are used for one watch. */
export function createCommandChecks(
  entries: readonly CheckEntry<CommandOptions>[],
  deps: SourceDependencies,
): readonly Check[] {
  return entries.flatMap(({ options, checks, health, nameOf }): readonly Check[] => {
    const { platform, exec, commandEnv: env, redact, clock } = deps;
    const machine = { platform, exec, env, redact };
    const test: Test = {
      options,
      deps,
      program: createProgram({
        ...machine,
        line: options.run,
        timeout: options.timeout,
        unhealthyCodes: options['unhealthy-codes'],
        logLines: deps.logLines,
        clock,
      }),
      subject: oneLine(redact(options.run), 120),
      async preflight(subject, signal) {
        const input = nameOf('run');
        const problem = await createShell(machine).problemOf(options.run, input, signal);
        return problem === undefined ? [] : [{ level: 'error', subject, ...problem }];
      },
    };
    return [
      ...(health === undefined ? [] : [testCheck(health, test)]),
      ...(checks.length === 0 ? [] : valueChecks(checks, test)),
    ];
  });
}

/** After a rollback a person waits: then it is run at least so often, milliseconds. */
const AGAIN = 10_000;

function everyOf({ options, deps }: Test): number {
  return deps.leastRate > 0 ? Math.min(options.every, AGAIN) : options.every;
}

/** A test that passes or fails. */
function testCheck(spec: HealthSpec, test: Test): HealthCheck {
  const { options, program, subject } = test;
  return {
    ...spec,
    kind: 'health',
    source: 'command',
    subject,
    every: everyOf(test),
    isParticular: true,
    ...(options.once && { once: true }),
    askables: [
      askableOf(test, (run) =>
        run.ended === 'otherwise' ? undefined : run.ended === 'failed' ? run.detail : '',
      ),
    ],
    preflight: (signal) => test.preflight(spec.id, signal),
    probe: async (signal) => {
      const run = await program.run(signal);
      if (run.ended === 'passed') return { ok: true, detail: '' };
      return { ok: run.ended === 'failed' ? false : null, detail: run.detail };
    },
  };
}

/** A number that the program prints, and the limits on it. */
function valueChecks(specs: readonly CheckSpec[], test: Test): readonly MetricCheck[] {
  const { deps, program, subject } = test;
  const { clock } = deps;
  const notes = createNotes();
  const working = new Set<Promise<unknown>>();
  const probe: Probe = valueProbe(test, async (signal) => {
    const running = program.run(signal);
    working.add(running);
    try {
      return await running;
    } finally {
      working.delete(running);
    }
  });
  const poller = sharedPoller(probe, { clock, journal: notes, compares: false });
  const askables = [
    askableOf(test, (run) => {
      if (run.ended !== 'passed' || !run.value.ok) return undefined;
      const { value } = run.value;
      return specs.every((spec) => isWithin(spec, value)) ? '' : `it was ${String(value)}`;
    }),
  ];
  return specs.map((spec, index) => {
    const check = toCheck(
      {
        ...spec,
        source: 'command',
        subject,
        preflight: (signal) =>
          index === 0 ? test.preflight(spec.id, signal) : Promise.resolve([]),
      },
      poller,
    );
    return {
      ...check,
      askables,
      async stop() {
        await check.stop();
        await Promise.allSettled(working);
      },
    };
  });
}

/** Runs the program when it is time to. */
function valueProbe(test: Test, run: (signal: AbortSignal) => Promise<Run>): Probe {
  const { options, deps } = test;
  const { clock, plan } = deps;
  const isOnce = options.once && deps.leastRate === 0;
  const every = everyOf(test);
  let next = -Infinity;
  return async ({ isEvaluated }, signal) => {
    const now = clock.monotonic();
    if (now < next || (isOnce && !isEvaluated)) return undefined;
    next = isOnce ? Infinity : now + every;
    const ran = await run(signal);
    const cadence = isOnce ? plan.duration : every;
    if (ran.ended !== 'passed')
      return { kind: 'none', why: 'provider-error', detail: `the program ${ran.detail}` };
    return ran.value.ok
      ? { kind: 'value', value: ran.value.value, cadence }
      : { kind: 'none', why: 'no-data', detail: ran.value.why };
  };
}

function isWithin({ limit }: CheckSpec, value: number): boolean {
  if (limit.metric !== 'value') return true;
  return 'max' in limit ? value <= limit.max : value >= limit.min;
}

/** @param failureOf what is wrong, empty when nothing is; `undefined`: the run tells nothing */
function askableOf(
  { program, subject, options }: Test,
  failureOf: (run: Run) => string | undefined,
): Askable {
  return {
    subject,
    once: options.timeout,
    async ask(signal): Promise<Asked | undefined> {
      const run = await program.run(signal);
      const detail = failureOf(run);
      if (detail === undefined || run.ended === 'otherwise') return undefined;
      return { passed: detail === '', detail, ms: run.ms };
    },
    recall: () => undefined,
  };
}
