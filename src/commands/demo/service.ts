import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Entry } from '../entry.js';

/** From the deploy of version 2 until it goes bad, milliseconds. */
export const GOES_BAD_AFTER = 8000;
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
export async function serve(entry: Entry): Promise<number> {
  let version = '1';
  let deployedAt = entry.clock.monotonic();
  let answered = 0;
  const isBad = (): boolean =>
    version !== '1' && entry.clock.monotonic() - deployedAt > GOES_BAD_AFTER;
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
    entry.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  server.closeAllConnections();
  server.close();
  return 0;
}
