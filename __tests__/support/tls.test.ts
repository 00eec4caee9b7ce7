import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from '../../src/support/errors.js';
import { trustAlso } from '../../src/support/tls.js';
import { certificates, serveTls } from './servers.js';

describe('trustAlso', () => {
  it.each([
    ['', 'holds no certificate'],
    ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'holds no certificate'],
    [
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'certificate 1 cannot be read',
    ],
  ])('refuses %j', (pem, message) => {
    expect(() => trustAlso(pem)).toThrow(UsageError);
    expect(() => trustAlso(pem)).toThrow(`ca-file: ${message}`);
  });

  it('names a certificate that cannot be read', async () => {
    const { ca } = await certificates();
    const bad = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(() => trustAlso(`${ca}\n${bad}`)).toThrow('certificate 2 cannot be read');
  });

  it('ignores a missing NODE_EXTRA_CA_CERTS file, as Node does', async () => {
    const { ca } = await certificates();
    expect(trustAlso(ca, join(tmpdir(), 'rollgate-no-such-file.pem'))).toHaveProperty('context');
  });

  // NODE_EXTRA_CA_CERTS is read when a process starts, so this needs one.
  it('trusts its authority and that of NODE_EXTRA_CA_CERTS, and no other', async () => {
    const [extra, own, unknown] = await Promise.all([
      certificates(),
      certificates(),
      certificates(),
    ]);
    const servers = await Promise.all(
      [extra, own, unknown].map((it) => serveTls((_, response) => response.end('fine'), it)),
    );
    const folder = await mkdtemp(join(tmpdir(), 'rollgate-'));
    try {
      const extraFile = join(folder, 'extra.pem');
      await writeFile(extraFile, extra.ca);
      const program = `
        import { createHttp } from ${JSON.stringify(join(process.cwd(), 'src/support/http.ts'))};
        import { systemClock } from ${JSON.stringify(join(process.cwd(), 'src/support/clock.ts'))};
        const [caPem, ...urls] = JSON.parse(process.argv[1]);
        const http = createHttp({
          clock: systemClock, caPem, extraCaFile: process.env.NODE_EXTRA_CA_CERTS });
        const ask = (url) => http.request({ method: 'GET', url, timeoutMs: 10_000 });
        const asked = await Promise.allSettled(urls.map(ask));
        console.log(JSON.stringify(asked.map((one) => one.value?.status ?? one.reason.kind)));
        http.close();`;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          '--import',
          'tsx',
          '--input-type=module',
          '-e',
          program,
          JSON.stringify([own.ca, ...servers.map((server) => server.url)]),
        ],
        { env: { ...process.env, NODE_EXTRA_CA_CERTS: extraFile, NO_PROXY: '127.0.0.1' } },
      );
      expect(JSON.parse(stdout)).toEqual([200, 200, 'tls']);
    } finally {
      await rm(folder, { recursive: true });
      await Promise.all(servers.map((server) => server.close()));
    }
  });
});
