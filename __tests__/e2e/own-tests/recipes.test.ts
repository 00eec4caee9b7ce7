import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Ended, Workplace } from '../../support/bundle.js';
import { serve, type HttpTestServer } from '../../support/servers.js';
import { describeWith } from '../components.js';
import { k6Binary, lacking } from './components.js';

/** The blocks of the page on tests, by their language. */
function blocks(language: string): readonly string[] {
  const page = readFileSync('docs/own-tests.md', 'utf8');
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
    .filter(([, of]) => of === language)
    .map(([, , text = '']) => text);
}

describeWith('the recipes of the page on tests', lacking(), () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => {
    place.remove();
  });

  const watch = (env: Readonly<Record<string, string>>): Promise<Ended> =>
    place.run(
      [
        ...['run', '--warm-up', '1s', '--duration', '4s', '--interval', '1s'],
        ...['--on-unhealthy', 'report', '--extend', 'false'],
      ],
      env,
    );

  describe('the script with curl', () => {
    let shop: HttpTestServer;
    let cart: string;
    beforeEach(async () => {
      cart = 'Your cart: empty';
      shop = await serve((request, response) => {
        if (request.url === '/login') response.setHeader('Set-Cookie', 'session=1');
        else if (request.headers.cookie !== 'session=1') response.statusCode = 401;
        response.end(request.url === '/cart' ? cart : '');
      });
      place.write('smoke.sh', blocks('sh')[0] ?? '');
      chmodSync(place.path('smoke.sh'), 0o755);
      place.write('rollgate.yml', 'test-command: ./smoke.sh\ntest-every: 1s');
    });
    afterEach(() => shop.close());

    it('passes by a shop that works', async () => {
      expect(await watch({ SHOP_URL: shop.url })).toMatchObject({ code: 0 });
    });

    it('fails by a shop that answers 200, without a cart', async () => {
      cart = 'Something went wrong';
      expect(await watch({ SHOP_URL: shop.url })).toMatchObject({ code: 5 });
    });
  });

  describe('k6', () => {
    let shop: HttpTestServer;
    let fails: boolean;
    beforeEach(async () => {
      fails = false;
      shop = await serve((_, response) => {
        response.statusCode = fails ? 503 : 200;
        response.end();
      });
      place.write('rollgate.yml', blocks('yaml').at(-1) ?? '');
      mkdirSync(place.path('bin'));
      symlinkSync(k6Binary(), place.path('bin/k6'));
    });
    afterEach(() => shop.close());

    const load = (): Promise<Ended> => {
      place.write(
        'load.js',
        `import http from 'k6/http';
export const options = { vus: 2, duration: '1s', thresholds: { http_req_failed: ['rate<0.01'] } };
export default () => { http.get(${JSON.stringify(shop.url)}); };
`,
      );
      return watch({ PATH: `${place.path('bin')}:${process.env.PATH ?? ''}` });
    };

    it('passes while its thresholds hold', async () => {
      expect(await load()).toMatchObject({ code: 0 });
      expect(shop.received.length).toBeGreaterThan(0);
    });

    it('fails when one is crossed (exit code 99)', async () => {
      fails = true;
      expect(await load()).toMatchObject({ code: 5 });
    });

    it('whose script does not run tells nothing (exit code 107)', async () => {
      place.write('load.js', 'this is no script');
      const ended = await watch({ PATH: `${place.path('bin')}:${process.env.PATH ?? ''}` });
      expect({ code: ended.code, verdict: place.report().verdict }).toEqual({
        code: 4,
        verdict: 'inconclusive',
      });
    });
  });
});
