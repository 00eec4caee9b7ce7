import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgv } from '../../inputs/argv.js';
import { exitCodes } from '../../contract/outcome.js';
import { NoLongerNeeded, whenAborted } from '../../support/abort.js';
import { UsageError } from '../../support/errors.js';
import { formatDuration } from '../../support/text.js';
import type { EntryPoint } from '../entry-point.js';
import type { Session } from '../session.js';

/** One request of the demo to its own service, milliseconds. */
const REQUEST_TIMEOUT = 5000;

/** How the story is told. */
interface Story {
  /** From the deploy of version 2 until it goes bad, milliseconds. */
  readonly goesBadAfter: number;
  /** About how long it takes, for people. */
  readonly takes: string;
  readonly watch: readonly string[];
}

const story: Story = {
  goesBadAfter: 8000,
  takes: 'half a minute',
  watch: [
    ...['--requests-per-second', '10', '--warm-up', '3s', '--duration', '40s'],
    ...['--interval', '2s', '--verify-timeout', '15s'],
  ],
};

/** For CI: everything happens as in the long one, only sooner. */
const fastStory: Story = {
  goesBadAfter: 1500,
  takes: 'ten seconds',
  watch: [
    ...['--requests-per-second', '20', '--warm-up', '1s', '--duration', '15s'],
    ...['--interval', '500ms', '--verify-timeout', '10s'],
  ],
};

/**
 * The whole story on this machine: a small service, a deploy that goes bad, the gate that catches it, rolls it back and
 * makes sure. `demo service MS` is the service, `demo deploy URL VERSION` what rolls it back; the demo starts both itself.
 */
export async function demo(
  session: Session,
  main: (entry: EntryPoint) => Promise<number>,
): Promise<number> {
  const { operands, switches, problems } = parseArgv(session.entry.argv);
  const [part, url, version] = operands;
  if (part === 'service') return serve(session.entry, Number(url ?? story.goesBadAfter));
  if (part === 'deploy' && url !== undefined && version !== undefined) {
    session.entry.write(await deploy(session, url, version));
    return exitCodes.healthy;
  }
  if (problems.length > 0) throw new UsageError(problems);
  return tell(session, main, switches.has('fast') ? fastStory : story);
}

async function tell(
  session: Session,
  main: (entry: EntryPoint) => Promise<number>,
  { goesBadAfter, takes, watch }: Story,
): Promise<number> {
  const { entry, console } = session;
  const began = entry.clock.monotonic();
  for (const line of [
    `What happens now, in about ${takes}: a small shop starts on this machine, and nothing leaves it.`,
    `Version 2 of the shop is deployed. It looks fine, and ${formatDuration(goesBadAfter)} later ${String(FAIL)} of ${String(OUT_OF)} requests fail.`,
    'Rollgate watches it, finds it bad, rolls back to version 1, and checks that the shop has recovered.',
  ])
    console.line(line);
  console.line('');
  const service = await startService(entry, goesBadAfter);
  try {
    console.line(`The shop runs at ${service.url}, in a process of its own.`);
    console.line((await deploy(session, service.url, '1')).trim());
    console.line((await deploy(session, service.url, '2')).trim());
    const argv = [
      ...['run', '--url', service.url, '--health-url', `${service.url}/health`, ...watch],
      ...['--rollback', 'command', '--rollback-command', deployCommand(entry, service.url)],
      ...['--report-dir', 'rollgate-report/demo'],
      ...['--snapshot-file', 'rollgate-report/demo/snapshot.json'],
    ];
    console.line(`$ rollgate ${argv.slice(0, 5 + watch.length).join(' ')} ...`);
    console.line('');
    const code = await main({ ...entry, argv });
    console.line('');
    const took = formatDuration(Math.round((entry.clock.monotonic() - began) / 1000) * 1000);
    if (code !== exitCodes.rolledBack) {
      console.line(
        `The demo did not end as expected: exit code ${String(code)} instead of 1 (after ${took}).`,
      );
      return code === exitCodes.healthy ? exitCodes.internal : code;
    }
    console.line(
      `The demo took ${took}. In a pipeline it would have ended with exit code 1: rolled back and verified.`,
    );
    console.line(
      'Open rollgate-report/demo/report.html in a browser; summary.md is what a job summary shows, report.json has every number.',
    );
    return exitCodes.healthy;
  } finally {
    await service.stop();
  }
}

/** The service as a process of its own; it says on its first line where it listens. */
async function startService(
  entry: EntryPoint,
  goesBadAfter: number,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const stop = new AbortController();
  const { node, script } = entry.self;
  let listening: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => {
    listening = resolve;
  });
  const ended = entry.exec(node, [script, 'demo', 'service', String(goesBadAfter)], {
    env: entry.env,
    signal: AbortSignal.any([stop.signal, entry.signal]),
    maxOutput: 1000,
    onLine: (line) => {
      listening(line.trim());
    },
  });
  const died = ended.then(({ stderr }) => {
    throw new Error(`the service of the demo did not start: ${stderr.trim()}`);
  });
  died.catch(() => undefined);
  return {
    url: await Promise.race([url, died]),
    stop: async () => {
      stop.abort(new NoLongerNeeded());
      await ended;
    },
  };
}

async function deploy(session: Session, url: string, version: string): Promise<string> {
  const answer = await session.http().request({
    method: 'PUT',
    url: `${url}/version/${encodeURIComponent(version)}`,
    timeoutMs: REQUEST_TIMEOUT,
    signal: session.entry.signal,
  });
  if (answer.status !== 200) throw new Error(`the service answered ${String(answer.status)}`);
  return answer.body.toString('utf8');
}

/** What a user would write into `rollback-command`: here it deploys version 1 again. */
function deployCommand({ self }: EntryPoint, url: string): string {
  return [self.node, self.script].map((word) => `"${word}"`).join(' ') + ` demo deploy ${url} 1`;
}

/** Of this many requests to a bad version ... */
const OUT_OF = 10;
/** ... this many fail. */
const FAIL = 4;

/**
 * The small service of the demo, in a process of its own: `PUT /version` deploys, everything else is its business.
 * Version 1 is fine. Version 2 is fine too, until it is not.
 *
 * @returns when it is told to stop
 */
async function serve(entry: EntryPoint, goesBadAfter: number): Promise<number> {
  let version = '1';
  let deployedAt = entry.clock.monotonic();
  let answered = 0;
  const isBad = (): boolean =>
    version !== '1' && entry.clock.monotonic() - deployedAt > goesBadAfter;
  const server = createServer((request, response) => {
    if (request.method === 'PUT' && request.url?.startsWith('/version/') === true) {
      version = request.url.slice('/version/'.length);
      deployedAt = entry.clock.monotonic();
      response.end(`version ${version} is live\n`);
      return;
    }
    answered += 1;
    const fails = request.url !== '/health' && isBad() && answered % OUT_OF < FAIL;
    response.statusCode = fails ? 503 : 200;
    response.end(fails ? 'the basket is on fire\n' : `hello from version ${version}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  entry.write(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}\n`);
  await new Promise<void>((resolve) => {
    whenAborted(entry.signal, resolve);
  });
  server.closeAllConnections();
  server.close();
  return 0;
}
