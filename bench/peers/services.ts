import { poisson, randomOf, type Random } from '../random.js';
import { secondsInBursts } from '../traffic.js';

/** How a service of one row of the table behaves. Seconds count from the start of its watches. */
export interface Row {
  readonly title: string;
  /** Watched once for each copy; each copy has traffic of its own. */
  readonly copies: 'many' | 'few';
  readonly perSecond: number;
  /** The share that fails in each second, from `-lead` on. */
  readonly failing: (random: Random, lead: number, seconds: number) => readonly number[];
  /** Since when something is wrong, other than from the start. */
  readonly faultAt?: number;
  /** Its series are not there any more from then on. */
  readonly vanishesAt?: number;
  /** It has never had a request that failed, so there is no series of them. */
  readonly noErrorSeries?: true;
  /** The peers' query asks for the share that succeeds instead of the share that fails. */
  readonly bySuccesses?: true;
  /** Prometheus refuses its watches from this second on, until that one. */
  readonly away?: readonly [from: number, to: number];
}

const MINUTE_AWAY = [115, 175] as const;

const always =
  (share: number): Row['failing'] =>
  (_random, _lead, seconds) =>
    new Array<number>(seconds).fill(share);

const from =
  (at: number, before: number, after: number): Row['failing'] =>
  (_random, lead, seconds) =>
    Array.from({ length: seconds }, (_, second) => (second - lead < at ? before : after));

/** Half of the requests fail in bursts of 5 s on average, and 3 % in all. */
const bursts: Row['failing'] = (random, _lead, seconds) =>
  secondsInBursts(random, 0.06, 5, seconds, 1).map((inBurst) => 0.5 * inBurst);

export const ROWS: readonly Row[] = [
  { title: '90 % from the start', copies: 'few', perSecond: 10, failing: always(0.1) },
  { title: '80 % from the start', copies: 'few', perSecond: 10, failing: always(0.2) },
  { title: '50 % from the start', copies: 'few', perSecond: 10, failing: always(0.5) },
  { title: 'outage at 120 s', ...{ copies: 'few', perSecond: 10 }, ...fault(120, 0.01, 1) },
  {
    title: '40 % fail from 270 s on',
    ...{ copies: 'few', perSecond: 10 },
    ...fault(270, 0.01, 0.4),
  },
  { title: 'no traffic', copies: 'few', perSecond: 0, failing: always(0) },
  {
    title: 'perfect, no 5xx series',
    ...{ copies: 'few', perSecond: 10, failing: always(0), noErrorSeries: true },
  },
  {
    title: 'the same, queried by successes',
    ...{ copies: 'few', perSecond: 10, failing: always(0), noErrorSeries: true, bySuccesses: true },
  },
  {
    title: 'series vanish at 120 s',
    ...{ copies: 'few', perSecond: 10, failing: always(0.01), vanishesAt: 120, faultAt: 120 },
  },
  {
    title: 'Prometheus away for a minute, service fine',
    ...{ copies: 'few', perSecond: 10, failing: always(0.01), away: MINUTE_AWAY },
  },
  {
    title: 'the same, and 50 % fail from 120 s on',
    ...{ copies: 'few', perSecond: 10, ...fault(120, 0.01, 0.5), away: MINUTE_AWAY },
  },
  { title: 'healthy 97 %, 10/s', copies: 'many', perSecond: 10, failing: always(0.03) },
  { title: 'healthy 97 %, 1/s', copies: 'many', perSecond: 1, failing: always(0.03) },
  { title: 'healthy 97 %, 10/s, 5-s bursts', copies: 'many', perSecond: 10, failing: bursts },
];

function fault(at: number, before: number, after: number): Pick<Row, 'failing' | 'faultAt'> {
  return { failing: from(at, before, after), faultAt: at };
}

/** One service, with its traffic. */
export interface Service {
  readonly row: Row;
  /** The value of the label `service`. */
  readonly name: string;
  /** Seconds from the start of the traffic to the start of its watches. */
  readonly lead: number;
  /** What both counters show after each second of traffic. */
  readonly counters: readonly Counters[];
}

export interface Counters {
  readonly good: number;
  readonly bad: number;
}

export interface Timing {
  /** Seconds of traffic before the first watch begins; more than the window of the peers' query. */
  readonly lead: number;
  /** Seconds between the starts of two services' watches: a hundred programs at once would be a load of its own. */
  readonly stagger: number;
  /** Seconds of traffic from the start of its watches on. */
  readonly watch: number;
}

/** The services of one seed, always the same. @param many copies of each row of which there are many */
export function servicesOf(
  seed: string,
  copies: { readonly many: number; readonly few: number },
  { lead, stagger, watch }: Timing,
): readonly Service[] {
  const names = ROWS.flatMap((row, number) =>
    Array.from({ length: copies[row.copies] }, (_, copy) => ({
      row,
      name: `row-${String(number + 1)}-copy-${String(copy + 1)}`,
    })),
  );
  return names.map(({ row, name }, place) => {
    const own = lead + place * stagger;
    const random = randomOf(`${seed}: ${row.title}: ${name}`);
    return { row, name, lead: own, counters: countersOf(row, random, own, own + watch) };
  });
}

function countersOf(row: Row, random: Random, lead: number, seconds: number): readonly Counters[] {
  let good = 0;
  let bad = 0;
  // A Poisson stream that is split at random is two independent ones.
  return row.failing(random, lead, seconds).map((share) => {
    bad += poisson(random, row.perSecond * share);
    good += poisson(random, row.perSecond * (1 - share));
    return { good, bad };
  });
}

/** What an exporter of all of them shows. @param at seconds since the start of the traffic */
export function exposition(services: readonly Service[], at: number, startedAt: number): string {
  const lines = services.flatMap((service) => {
    const { row, name, lead, counters } = service;
    if (row.vanishesAt !== undefined && at >= lead + row.vanishesAt) return [];
    const { good, bad } = counters[Math.min(Math.floor(at), counters.length) - 1] ?? {
      good: 0,
      bad: 0,
    };
    const series = (code: string, value: number): string =>
      `http_requests_total{service="${name}",code="${code}"} ${String(value)}`;
    return [series('200', good), ...(row.noErrorSeries === true ? [] : [series('500', bad)])];
  });
  return [
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${String(startedAt)}`,
    '# TYPE http_requests_total counter',
    ...lines,
    '',
  ].join('\n');
}

/** The share of the last minute that succeeded, as the peers ask for it. */
export function peersQuery({ row, name }: Service): string {
  const rate = (code = ''): string =>
    `sum(rate(http_requests_total{service="${name}"${code}}[1m]))`;
  return row.bySuccesses === true
    ? `${rate(',code!~"5.."')} / ${rate()}`
    : `1 - ${rate(',code=~"5.."')} / ${rate()}`;
}
