import { existsSync } from 'node:fs';
import { leaveFile, quick, type Workplace } from './bundle.js';
import { serve, type HttpTestServer } from './servers.js';

/** A service of which this share of the requests to `/` fails until the file `healed` is in the folder. */
export function ailingService(
  place: Workplace,
  failing: number,
  healthStatus = 200,
): Promise<HttpTestServer> {
  let requests = 0;
  return serve((request, response) => {
    const healed = existsSync(place.path('healed'));
    if (request.url === '/health') response.statusCode = healed ? 200 : healthStatus;
    else {
      requests += 1;
      const fails =
        !healed && Math.floor(requests * failing) > Math.floor((requests - 1) * failing);
      response.statusCode = fails ? 503 : 200;
    }
    response.end('ok');
  });
}

/** The flags that watch this service and roll it back with a command line. */
export function watching(url: string, command = leaveFile('healed')): string[] {
  return [
    ...['run', '--url', url, '--health-url', `${url}/health`],
    ...quick,
    ...['--rollback', 'command', '--rollback-command', command],
  ];
}
