import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HealthCheck } from '../../../src/contract/check.js';
import { createChecks } from '../../../src/sources/registry.js';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp, type Http } from '../../../src/support/http.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { alertProviders, standInAlerts, type AlertStandIn } from '../../support/stand-in-alerts.js';

const never = new AbortController().signal;
const now = (): number => Date.now() / 1000;

let http: Http;
let standIn: AlertStandIn;
beforeEach(() => {
  http = createHttp({ clock: systemClock });
});
afterEach(async () => {
  http.close();
  await standIn.server.close();
});

async function checkOf(
  lines: readonly string[],
  env: Readonly<Record<string, string>> = standIn.env,
): Promise<HealthCheck> {
  const entry = ['  - id: a', ...['source: alerts', ...lines].map((line) => `    ${line}`)];
  const resolution = resolveWith({
    env,
    files: { 'rollgate.yml': ['checks:', ...entry].join('\n') },
  });
  expect(resolution.problems).toEqual([]);
  const checks = await createChecks({
    settings: resolution.settings,
    entries: resolution.checks,
    clock: systemClock,
    random: () => 0.5,
    http: () => http,
    exec: () => Promise.reject(new Error('nothing is run here')),
    env: {},
    commandEnv: {},
    platform: process.platform,
    logLines: 0,
    redact: (text) => text,
    leastRate: 0,
  });
  return checks[0] as HealthCheck;
}

const names = ['names: ShopIsSlow, Cart*'];
const slow = (since: number) => ({ name: 'ShopIsSlow', labels: { service: 'shop' }, since });

describe.each(alertProviders)('alerts of %s', (provider) => {
  let check: HealthCheck;
  beforeEach(async () => {
    standIn = await standInAlerts(provider);
    check = await checkOf([...standIn.options, ...names]);
  });

  it('that fire at the start are not held against the deploy, and those that begin later are', async () => {
    standIn.alerts = [slow(now() - 3600)];
    expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
    standIn.alerts.push({ name: 'CartIsDown', since: now() + 1 });
    expect(await check.probe(never)).toEqual({
      ok: false,
      detail: expect.stringMatching(/^CartIsDown since \d\d:\d\d:\d\d UTC$/),
      changed: true,
    });
    standIn.alerts.pop();
    expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
  });

  it('that began before the watch do not count, whenever they are seen', async () => {
    expect(await check.probe(never)).toMatchObject({ ok: true });
    standIn.alerts = [slow(now() - 60)];
    expect(await check.probe(never)).toMatchObject({ ok: true });
  });

  it('that began since count, although nobody could be asked at the start', async () => {
    standIn.fault = (response) => response.writeHead(503).end();
    expect(await check.probe(never)).toMatchObject({ ok: null });
    standIn.fault = undefined;
    standIn.alerts = [{ ...slow(now() - 60), name: 'CartIsFull' }, slow(now() + 1)];
    expect(await check.probe(never)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^ShopIsSlow since/) as unknown,
    });
  });

  it('that fired at the snapshot do not count, and those that began since do', async () => {
    standIn.alerts = [slow(now() - 60)];
    const [askable] = check.askables ?? [];
    const asked = await askable!.ask(never);
    expect(asked).toMatchObject({ passed: true, causes: [expect.any(String)] });
    const later = await checkOf([...standIn.options, ...names]);
    // As it comes back from the file.
    later.askables![0]!.recall(JSON.parse(JSON.stringify(asked)) as typeof asked & object);
    standIn.alerts = [slow(now() + 1)];
    expect(await later.probe(never)).toMatchObject({ ok: true });
    standIn.alerts.push({ name: 'CartIsDown', since: now() + 1 });
    expect(await later.probe(never)).toMatchObject({ ok: false });
  });

  it('are known to who looks again after the rollback', async () => {
    await check.probe(never);
    standIn.alerts = [slow(now() + 1)];
    expect(await check.probe(never)).toMatchObject({ ok: false });
    const again = await checkOf([...standIn.options, ...names]);
    again.askables![0]!.recall(check.askables![0]!.recollect!()!);
    expect(await again.probe(never)).toMatchObject({ ok: false });
    expect(again).toMatchObject({ recovery: 300_000, isParticular: true, every: 15_000 });
  });

  it('that are pending or silenced do not count', async () => {
    await check.probe(never);
    standIn.alerts = [{ ...slow(now() + 1), state: 'pending' }];
    // Prometheus knows of no silence, and to CloudWatch that an alarm does nothing is none.
    const isSilent = provider !== 'prometheus' && provider !== 'cloudwatch';
    if (isSilent) standIn.alerts.push({ name: 'CartIsDown', since: now() + 1, state: 'silenced' });
    expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
  });

  it('of others do not count', async () => {
    await check.probe(never);
    standIn.alerts = [{ name: 'DiskIsFull', since: now() + 1 }];
    expect(await check.probe(never)).toMatchObject({ ok: true });
  });

  it('are found by their labels', async () => {
    const labelled = await checkOf([...standIn.options, 'selector: service=~"shop|cart"']);
    await labelled.probe(never);
    standIn.alerts = [{ name: 'DiskIsFull', labels: { service: 'db' }, since: now() + 1 }];
    expect(await labelled.probe(never)).toMatchObject({ ok: true });
    standIn.alerts.push(
      slow(now() + 1),
      { ...slow(now() + 1), name: 'A' },
      { ...slow(now() + 1), name: 'B' },
    );
    expect(await labelled.probe(never)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^A since .*; B since .*; ShopIsSlow since/) as unknown,
    });
  });

  it.each([
    ['answers 500', 500, '{}'],
    ['answers 401', 401, '{}'],
    ['answers with a page', 200, '<html>login</html>'],
    ['answers with other JSON', 200, '{"alarms":3}'],
    ['answers with nothing', 200, ''],
    ['answers with null', 200, 'null'],
  ])('are not seen when it %s, which is no failure', async (_, status, body) => {
    standIn.fault = (response) => response.writeHead(status).end(body);
    expect(await check.probe(never)).toMatchObject({ ok: null });
    expect(await check.askables![0]!.ask(never)).toBeUndefined();
  });

  it('are not seen when it breaks the connection', async () => {
    standIn.fault = (response) => response.destroy();
    expect(await check.probe(never)).toMatchObject({ ok: null });
  });

  it('are asked for by preflight, which tells what fires now', async () => {
    standIn.alerts = [slow(now() - 60)];
    expect(await check.preflight(never)).toEqual([
      {
        level: 'notice',
        subject: 'a',
        message: expect.stringMatching(
          /^fires now, and does not count against this deploy: ShopIsSlow since/,
        ),
      },
    ]);
    standIn.alerts = [];
    expect(await check.preflight(never)).toEqual([]);
  });

  it('that began after the snapshot are not said by preflight to be no fault', async () => {
    standIn.alerts = [slow(now() - 60)];
    const [askable] = check.askables ?? [];
    askable!.recall((await askable!.ask(never))!);
    standIn.alerts.push({ name: 'CartIsDown', since: now() + 1 });
    expect(await check.preflight(never)).toEqual([
      {
        level: 'notice',
        subject: 'a',
        message: expect.stringMatching(
          /^fires now, and does not count against this deploy: ShopIsSlow since [\d:]+ UTC$/,
        ),
      },
      {
        level: 'warning',
        subject: 'a',
        message: expect.stringMatching(
          /^fires now, and did not when the snapshot was taken, so it counts against this deploy: CartIsDown since [\d:]+ UTC$/,
        ),
      },
    ]);
  });
});

describe('what is special', () => {
  it('Grafana: that a query had no data or failed is no alert of the service', async () => {
    standIn = await standInAlerts('grafana');
    const check = await checkOf([...standIn.options, 'selector: service="shop"']);
    await check.probe(never);
    standIn.alerts = ['DatasourceNoData', 'DatasourceError'].map((name) => ({
      ...slow(now() + 1),
      name,
    }));
    expect(await check.probe(never)).toMatchObject({ ok: true });
  });

  it('CloudWatch: names that are whole are asked for by name', async () => {
    standIn = await standInAlerts('cloudwatch');
    const check = await checkOf([...standIn.options, 'names: ShopIsSlow']);
    await check.probe(never);
    expect(JSON.parse(standIn.server.received[0]!.body)).toMatchObject({
      AlarmNames: ['ShopIsSlow'],
      StateValue: 'ALARM',
    });
  });

  it('Datadog: a group counts by itself, and one that is muted or in a downtime does not', async () => {
    standIn = await standInAlerts('datadog');
    const check = await checkOf([...standIn.options, 'names: Shop*']);
    const monitor = (groups: Readonly<Record<string, string>>): object[] => [
      {
        id: 7,
        name: 'ShopIsSlow',
        tags: ['service:shop'],
        overall_state: 'Alert',
        overall_state_modified: new Date(0).toISOString(),
        options: { silenced: { 'host:muted': null, 'host:was-muted': now() - 60 } },
        matching_downtimes: [{ id: 1, scope: ['host:down'], start: now() - 60, end: now() + 60 }],
        state: {
          groups: Object.fromEntries(
            Object.entries(groups).map(([name, status]) => [
              name,
              { name, status, last_triggered_ts: now() + 1 },
            ]),
          ),
        },
      },
    ];
    const look = (groups: Readonly<Record<string, string>>) => {
      standIn.fault = (response) => response.end(JSON.stringify(monitor(groups)));
      return check.probe(never);
    };
    expect(await look({})).toMatchObject({ ok: true });
    expect(
      await look({ 'host:muted': 'Alert', 'host:down': 'Alert', 'host:c': 'OK' }),
    ).toMatchObject({ ok: true });
    expect(await look({ 'host:was-muted': 'Alert' })).toMatchObject({ ok: false });
  });

  it.each([
    ['cloudwatch', /set AWS_ACCESS_KEY_ID/],
    ['datadog', /set DD_API_KEY and DD_APP_KEY/],
  ])('%s: without credentials preflight says which', async (provider, fix) => {
    standIn = await standInAlerts(provider);
    const check = await checkOf([...standIn.options, ...names], {});
    expect(await check.preflight(never)).toMatchObject([
      { level: 'error', fix: expect.stringMatching(fix) as unknown },
    ]);
    expect(await check.probe(never)).toMatchObject({ ok: null });
  });

  it('more pages than anybody has selected are no data', async () => {
    standIn = await standInAlerts('cloudwatch');
    const check = await checkOf([...standIn.options, 'names: "*"']);
    standIn.alerts = Array.from({ length: 60 }, (_, n) => ({ name: `A${String(n)}`, since: 0 }));
    expect(await check.probe(never)).toMatchObject({
      ok: null,
      detail: expect.stringContaining('more alerts than can be read') as unknown,
    });
  });
});
