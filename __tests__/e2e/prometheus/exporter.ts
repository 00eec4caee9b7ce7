import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { serve, type HttpTestServer } from '../../support/servers.js';

/**
 * Serves the metrics of an exporter as it writes them. In the file each counter has what it grows by in a second; what is
 * served grows with the time.
 *
 * @param failing multiplies the failed requests.
 */
export async function exporter(name: string, failing: number): Promise<HttpTestServer> {
  const text = readFileSync(resolve(`__tests__/e2e/prometheus/expositions/${name}.txt`), 'utf8');
  const began = Date.now();
  return serve((_, response) => {
    const seconds = 1000 + (Date.now() - began) / 1000;
    const isFailed = /(response_code|status)="5\d\d"/;
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(
      text.replace(/^([a-z]\S*\{.*\}) (\S+)$/gm, (_line, series: string, perSecond: string) => {
        const factor = isFailed.test(series) ? failing : 1;
        return `${series} ${String(Math.floor(Number(perSecond) * factor * seconds))}`;
      }),
    );
  });
}
