import { describe, expect, it } from '@jest/globals';
import {
  exposition,
  peersQuery,
  ROWS,
  servicesOf,
  type Service,
} from '../../../bench/peers/services.js';

const timing = { lead: 80, stagger: 1, watch: 690 };
const services = servicesOf('1', { many: 2, few: 1 }, timing);

function serviceOf(title: string): Service {
  const found = services.find(({ row }) => row.title === title);
  if (found === undefined) throw new Error(`there is no row "${title}"`);
  return found;
}

/** The share that fails from one second of the watch until another. */
function failing({ counters, lead }: Service, from: number, to: number): number {
  const [first, last] = [counters[lead + from - 1], counters[lead + to - 1]];
  const bad = last!.bad - first!.bad;
  return bad / (bad + last!.good - first!.good);
}

describe('the services that the peers are compared on', () => {
  it('the same seed gives the same traffic, another one another', () => {
    const again = (seed: string): readonly Service[] =>
      servicesOf(seed, { many: 2, few: 1 }, timing);
    expect(again('1')).toEqual(services);
    expect(again('2')[0]!.counters).not.toEqual(services[0]!.counters);
  });

  it('every row has its copies, with names and traffic of their own, one after the other', () => {
    expect(services).toHaveLength(ROWS.reduce((n, row) => n + (row.copies === 'many' ? 2 : 1), 0));
    expect(new Set(services.map(({ name }) => name)).size).toBe(services.length);
    expect(services.map(({ lead }) => lead)).toEqual(services.map((_, place) => 80 + place));
    const [one, other] = services.filter(({ row }) => row.copies === 'many');
    expect(one!.counters.slice(0, 80)).not.toEqual(other!.counters.slice(0, 80));
  });

  it.each([
    ['80 % from the start', -70, 690, 0.2],
    ['outage at 120 s', -70, 120, 0.01],
    ['outage at 120 s', 120, 690, 1],
    ['40 % fail from 270 s on', 270, 690, 0.4],
    ['healthy 97 %, 10/s', -70, 690, 0.03],
    ['healthy 97 %, 10/s, 5-s bursts', -70, 690, 0.03],
  ])('%s: from %i to %i a share of %d fails', (title, from, to, share) => {
    const found = failing(serviceOf(title), from, to);
    // The numbers are always the same: this is no test of chance.
    expect(Math.abs(found - share)).toBeLessThan(0.02);
  });

  it('an exporter shows the counters of whole seconds, and what has no series has none', () => {
    const perfect = serviceOf('perfect, no 5xx series');
    const text = exposition(services, 100.7, 1234);
    const { good } = perfect.counters[99]!;
    expect(text).toContain('process_start_time_seconds 1234\n');
    expect(text).toContain(
      `http_requests_total{service="${perfect.name}",code="200"} ${String(good)}\n`,
    );
    expect(text).not.toContain(`http_requests_total{service="${perfect.name}",code="500"}`);
    const none = serviceOf('no traffic');
    expect(text).toContain(`http_requests_total{service="${none.name}",code="500"} 0\n`);
  });

  it('series that vanish are there until then', () => {
    const { lead, name } = serviceOf('series vanish at 120 s');
    expect(exposition(services, lead + 119.9, 0)).toContain(`service="${name}"`);
    expect(exposition(services, lead + 120, 0)).not.toContain(`service="${name}"`);
  });

  it('before the first second, and after the last one, counters stand still', () => {
    const { name, counters } = services[0]!;
    const line = (good: number): string =>
      `http_requests_total{service="${name}",code="200"} ${String(good)}\n`;
    expect(exposition(services, 0.5, 0)).toContain(line(0));
    expect(exposition(services, 1e6, 0)).toContain(line(counters.at(-1)!.good));
  });

  it('the peers ask for the share that succeeds by the failures, or by the successes', () => {
    expect(peersQuery({ ...services[0]!, name: 'shop' })).toBe(
      '1 - sum(rate(http_requests_total{service="shop",code=~"5.."}[1m])) / sum(rate(http_requests_total{service="shop"}[1m]))',
    );
    expect(peersQuery({ ...serviceOf('the same, queried by successes'), name: 'shop' })).toBe(
      'sum(rate(http_requests_total{service="shop",code!~"5.."}[1m])) / sum(rate(http_requests_total{service="shop"}[1m]))',
    );
  });
});
