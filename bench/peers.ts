import { existsSync } from 'node:fs';
import http from 'node:http';
import { once, setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  flaggerSource,
  lackingRollouts,
  rolloutsSource,
} from '../__tests__/e2e/gitops/components.js';
import { versionOf } from '../__tests__/e2e/kubernetes/binaries.js';
import { ControlPlane } from '../__tests__/e2e/kubernetes/control-plane.js';
import { lacking as lackingPrometheus } from '../__tests__/e2e/prometheus/components.js';
import { Prometheus } from '../__tests__/e2e/prometheus/prometheus.js';
import { median } from './numbers.js';
import { Argo, type Analysis, type Usage } from './peers/argo.js';
import { askAsFlagger, watchByFlagger } from './peers/flagger.js';
import { Front } from './peers/front.js';
import { Load } from './peers/load.js';
import { cellOf, table, type Outcome } from './peers/outcomes.js';
import { bundle, watchByRollgate, type Watched } from './peers/rollgate.js';
import { exposition, peersQuery, ROWS, servicesOf, type Service } from './peers/services.js';
import type { Print } from './print.js';

/** Both of Argo's. */
const ANALYSES: Readonly<Record<'argo-a' | 'argo-b', Analysis>> = {
  'argo-a': { interval: '60s', count: 6, failureLimit: 0 },
  'argo-b': { interval: '30s', count: 12, failureLimit: 3 },
};
const SCRAPE_SECONDS = 5;
/** Copies of a row whose verdict is hardly by chance. */
const FEW = 3;
/** The longest watch is the one that goes on for as long again: 30 s + 2 × 5 min. */
const TIMING = { lead: 80, stagger: 1, watch: 690 };
/** Of one seed. For what hangs: it takes about 13 minutes. */
const LONGEST_MS = 20 * 60_000;

const HEADS = ['service (watches)', 'Argo A', 'Argo B', "Flagger's rule", 'Rollgate'];

/** What the section can be told. */
export interface Settings {
  /** Each is a run of its own. */
  readonly seeds: readonly string[];
  /** Of each healthy service. */
  readonly copies: number;
}

/** What everyone made of one service. */
interface Compared {
  readonly service: Service;
  readonly argoA: Outcome;
  readonly argoB: Outcome;
  readonly flagger: Outcome;
  readonly rollgate: Watched;
  readonly queries: Readonly<Record<'argo-a' | 'argo-b' | 'flagger' | 'rollgate', number>>;
}

interface Run {
  readonly compared: readonly Compared[];
  readonly load: string;
  /** Of the controller for all AnalysisRuns, without what it takes when it has nothing to do. */
  readonly argo: Usage;
}

/** One service beside the real Argo Rollouts, the rule of Flagger and Rollgate, which decide at once and each by itself. */
export async function peers(print: Print, { seeds, copies }: Settings): Promise<boolean> {
  const lack = existsSync(bundle)
    ? (lackingRollouts() ?? lackingPrometheus())
    : 'there is no dist/index.js; make it with `npm run build`';
  if (lack !== undefined) {
    print(`LEFT OUT: ${lack}`);
    return true;
  }
  print(`${new Date().toISOString()}, seeds ${seeds.join(', ')}`);
  const plane = await ControlPlane.start();
  try {
    const argo = await Argo.start(plane);
    const runs: Run[] = [];
    for (const seed of seeds) runs.push(await compare(print, argo, seed, copies));
    show(print, runs);
  } finally {
    await plane.stop();
  }
  return true;
}

/** All services of one seed, at the same time. */
async function compare(print: Print, argo: Argo, seed: string, many: number): Promise<Run> {
  const services = servicesOf(seed, { many, few: FEW }, TIMING);
  const began = Date.now();
  const exporter = await expose(services, began);
  const port = String((exporter.address() as AddressInfo).port);
  const prometheus = new Prometheus([
    { name: 'shop', scrapeSeconds: SCRAPE_SECONDS, targets: [`127.0.0.1:${port}`] },
  ]);
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const limit = setTimeout(() => {
    over.abort(new Error(`seed ${seed} was not over after ${String(LONGEST_MS / 60_000)} minutes`));
  }, LONGEST_MS);
  try {
    await prometheus.start();
    await prometheus.has('http_requests_total');
    print(await versions(prometheus.url));
    print(
      `seed ${seed}: ${String(services.length)} services, ${String(4 * services.length)} watches; about 13 minutes`,
    );
    // What it does when it has just been started is not what it takes when it has nothing to do.
    await sleep(began + 20_000 - Date.now());
    const idle = { ...(await argo.usage()), at: Date.now() };
    await sleep(began + 1000 * (TIMING.lead - 5) - Date.now());
    const before = { ...(await argo.usage()), at: Date.now() };
    const load = new Load();
    const compared = await Promise.all(
      services.map((service) => watch(argo, prometheus.url, service, began, over.signal)),
    );
    const after = { ...(await argo.usage()), at: Date.now() };
    const idleShare = (before.cpuSeconds - idle.cpuSeconds) / (before.at - idle.at);
    const used = after.cpuSeconds - before.cpuSeconds - idleShare * (after.at - before.at);
    return { compared, load: load.stop(), argo: { ...after, cpuSeconds: used } };
  } finally {
    clearTimeout(limit);
    over.abort(new Error('another watch of the same seed has failed'));
    await prometheus.remove();
    exporter.close();
    exporter.closeAllConnections();
  }
}

/** The one process that all series come from. */
async function expose(services: readonly Service[], began: number): Promise<http.Server> {
  const exporter = http.createServer((_, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(exposition(services, (Date.now() - began) / 1000, began / 1000));
  });
  exporter.listen(0, '127.0.0.1');
  await once(exporter, 'listening');
  return exporter;
}

/** Everyone decides on one service, from the same moment on. */
async function watch(
  argo: Argo,
  prometheus: string,
  service: Service,
  began: number,
  signal: AbortSignal,
): Promise<Compared> {
  const front = await Front.start(prometheus);
  try {
    const from = began + 1000 * service.lead;
    await sleep(from - Date.now(), undefined, { signal });
    const query = peersQuery(service);
    const byArgo = (who: 'argo-a' | 'argo-b'): Promise<Outcome> =>
      argo.watch(
        `${who}-${service.name}-${String(began)}`,
        ANALYSES[who],
        { address: front.url(who), query },
        from,
        signal,
      );
    const [argoA, argoB, flagger, rollgate] = await Promise.all([
      byArgo('argo-a'),
      byArgo('argo-b'),
      watchByFlagger(() => askAsFlagger(front.url('flagger'), query), from, signal),
      watchByRollgate(front.url('rollgate'), service.name, from, signal),
      beAway(front, service.row.away, from, signal),
    ]);
    const queries = {
      'argo-a': front.count('argo-a'),
      'argo-b': front.count('argo-b'),
      flagger: front.count('flagger'),
      rollgate: front.count('rollgate'),
    };
    return { service, argoA, argoB, flagger, rollgate, queries };
  } finally {
    front.close();
  }
}

async function beAway(
  front: Front,
  away: readonly [from: number, to: number] | undefined,
  from: number,
  signal: AbortSignal,
): Promise<void> {
  if (away === undefined) return;
  const at = (seconds: number): Promise<void> =>
    sleep(from + 1000 * seconds - Date.now(), undefined, { signal });
  await at(away[0]);
  front.leave();
  await at(away[1]);
  await front.comeBack();
}

async function versions(prometheus: string): Promise<string> {
  const answer = await fetch(`${prometheus}/api/v1/status/buildinfo`);
  const { data } = (await answer.json()) as { readonly data: { readonly version: string } };
  const [processor] = cpus();
  return [
    `Argo Rollouts ${rolloutsSource.version} on Kubernetes ${versionOf('k8s.io/kubernetes')}`,
    `the rule of Flagger ${flaggerSource.version} (not its controller)`,
    `Prometheus ${data.version}, scrapes every ${String(SCRAPE_SECONDS)} s`,
    `${String(cpus().length)} × ${processor?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
  ].join('; ');
}

function show(print: Print, runs: readonly Run[]): void {
  const compared = runs.flatMap((run) => run.compared);
  for (const { load } of runs) print(load);
  const rows = ROWS.map((row) => {
    const own = compared.filter(({ service }) => service.row.title === row.title);
    const cell = (of: (one: Compared) => Outcome): string => cellOf(own.map(of), row.faultAt);
    return [
      `${row.title} (${String(own.length)})`,
      cell(({ argoA }) => argoA),
      cell(({ argoB }) => argoB),
      cell(({ flagger }) => flagger),
      cell(({ rollgate }) => rollgate.outcome),
    ];
  });
  print('Seconds from the start of the watch, warm-ups included; [seconds from the fault].');
  for (const line of table(HEADS, rows)) print(line);
  print('');
  for (const line of table(['cost of a watch', ...HEADS.slice(1)], costs(runs, compared)))
    print(line);
  print('');
  for (const { service, rollgate } of compared)
    if (service.row.copies === 'many' && rollgate.outcome.verdict !== 'passed')
      print(`Rollgate on ${service.row.title}: ${rollgate.reason}`);
}

/** Argo's memory is that of one controller for all. */
function costs(
  runs: readonly Run[],
  compared: readonly Compared[],
): readonly (readonly string[])[] {
  const argoCpu = runs.reduce((sum, { argo }) => sum + argo.cpuSeconds, 0) / (2 * compared.length);
  const ours = compared.map(({ rollgate }) => rollgate.usage);
  const queries = (who: keyof Compared['queries']): string =>
    String(median(compared.map((one) => one.queries[who])));
  const argoMemory = `${Math.max(...runs.map(({ argo }) => argo.memory)).toFixed(0)} MiB for all`;
  return [
    [
      'processor time, mean',
      ...[`${argoCpu.toFixed(3)} s`, `${argoCpu.toFixed(3)} s`, '–'],
      `${(ours.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / ours.length).toFixed(2)} s`,
    ],
    [
      'queries, median',
      ...[queries('argo-a'), queries('argo-b'), queries('flagger'), queries('rollgate')],
    ],
    [
      'memory',
      ...[argoMemory, argoMemory, '–'],
      `${median(ours.map(({ memory }) => memory)).toFixed(0)} MiB each`,
    ],
  ];
}
