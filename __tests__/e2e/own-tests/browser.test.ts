import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { node, type Ended, Workplace } from '../../support/bundle.js';
import { serve, type HttpTestServer } from '../../support/servers.js';
import { describeWith } from '../components.js';
import { chromium, lacking } from './components.js';

const pay = resolve('__tests__/e2e/own-tests/pay.mjs');

/** A page whose button works only as long as its script does. The bad version answers as well as the good one. */
function page(isBad: boolean): string {
  const script = isBad
    ? 'document.nothing.addEventListener()'
    : `document.querySelector('button').addEventListener('click', () => {
         document.querySelector('p').textContent = 'Thank you';
       })`;
  return `<!doctype html><title>Shop</title><button>Pay</button><p></p><script>${script}</script>`;
}

describeWith('a smoke test in a real browser', lacking(), () => {
  let place: Workplace;
  let shop: HttpTestServer;
  let isBad: boolean;
  let isRolledBack: boolean;

  beforeEach(async () => {
    place = new Workplace();
    isBad = false;
    isRolledBack = false;
    shop = await serve((request, response) => {
      if (request.url === '/rollback') {
        isBad = false;
        isRolledBack = true;
      }
      response.setHeader('Content-Type', 'text/html');
      response.end(page(isBad));
    });
    place.write(
      'rollgate.yml',
      [
        'checks:',
        '  - id: pay',
        '    source: command',
        `    run: ${node} ${pay}`,
        '    every: 2s',
      ].join('\n'),
    );
  });

  afterEach(async () => {
    await shop.close();
    place.remove();
  });

  const env = (): Record<string, string> => ({
    ROLLGATE_RUN_ID: 'build-42',
    SHOP_URL: shop.url,
    CHROMIUM: chromium() ?? '',
    HOME: place.folder,
  });
  const rollback = (): readonly string[] => [
    ...['--rollback', 'command', '--rollback-command'],
    `${node} -e "fetch('${shop.url}/rollback')"`,
  ];
  const watch = (): Promise<Ended> =>
    place.run(
      [
        ...['run', '--url', shop.url, '--warm-up', '1s', '--duration', '30s', '--interval', '1s'],
        ...['--verify-timeout', '60s', '--report-logs', '8', ...rollback()],
      ],
      env(),
    );

  it('that fails on the new version rolls it back, and passes in the confirmation', async () => {
    const before = await place.run(['snapshot', '--url', shop.url, ...rollback()], env());
    expect(before).toMatchObject({ code: 0 });
    isBad = true;
    const { code, output } = await watch();
    expect({ code, isRolledBack, output }).toEqual({
      code: 1,
      isRolledBack: true,
      output: expect.stringMatching(/locator|Thank you|Timeout/),
    });
    const report = place.report();
    expect(report.reason).toMatch(/^The test pay failed 2 times in a row \(exited with code 1 \[/);
    expect(report.targets[0]?.rollback).toMatchObject({ status: 'verified' });
    const checks = report.targets[0]?.checks ?? [];
    // Only the browser sees it: every request was answered with 200.
    expect(checks.filter(({ outcome }) => outcome === 'breached').map(({ id }) => id)).toEqual([
      'pay',
    ]);
  });

  it('that passes is healthy', async () => {
    const { code, output } = await watch();
    expect({ code, output }).toEqual({ code: 0, output: expect.anything() });
    expect(place.report().reason).toMatch(/the test pay passed (\d+) of \1 runs/);
  });

  it('is the one that the page on tests shows', () => {
    const shown = readFileSync('docs/own-tests.md', 'utf8');
    const essence = (text: string): string => text.replace(/\s+/g, ' ');
    for (const line of readFileSync(pay, 'utf8')
      .split('\n')
      .filter((each) => each.includes('page.')))
      expect(essence(shown)).toContain(essence(line).trim());
  });
});
