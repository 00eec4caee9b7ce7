import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { node, Workplace } from '../support/bundle.js';

/** At the first request: prints what of Node is loaded, and ends. */
const watcher = `
import { subscribe } from 'node:diagnostics_channel';
subscribe('http.client.request.start', () => {
  process.stdout.write(JSON.stringify(process.moduleLoadList), () => process.exit(0));
});`;

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => {
  place.remove();
});

it('a run needs two files until its first probe, and neither HTTP/2 nor the Fetch API of Node', async () => {
  mkdirSync(place.path('dist'));
  for (const name of ['index.js', 'core.js', 'package.json'])
    copyFileSync(`dist/${name}`, place.path(`dist/${name}`));
  const server = createServer((_, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    const hook = `data:text/javascript,${encodeURIComponent(watcher)}`;
    const argv = ['--import', hook, place.path('dist/index.js'), 'run', '--url', url];
    const child = spawn(node, [...argv, '--on-unhealthy', 'report'], {
      cwd: place.folder,
      env: { PATH: process.env.PATH, HOME: place.folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    await once(child, 'close');
    expect(said).toContain('"NativeModule http"');
    expect(said).not.toMatch(/"NativeModule (http2|internal\/deps\/undici\/undici)"/);
  } finally {
    server.close();
  }
});
