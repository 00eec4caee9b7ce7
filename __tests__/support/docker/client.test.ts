import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  complaintOf,
  createDocker,
  type Docker,
  reasonOf,
} from '../../../src/support/docker/client.js';
import { readDocuments } from '../../../src/support/docker/container.js';
import { systemClock } from '../../../src/support/clock.js';
import { run, type Exec } from '../../../src/support/exec.js';
import { VirtualClock } from '../virtual-clock.js';

const never = new AbortController().signal;

describe('the JSON documents in an output', () => {
  it.each<[string, string, unknown]>([
    ['nothing', ' \n', []],
    ['an array, as Compose printed until 2.20', '[{"a":1},{"a":2}]\n', [{ a: 1 }, { a: 2 }]],
    ['a line each, as since 2.21', '{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    ['lines of Windows', '{"a":1}\r\n{"a":2}\r\n', [{ a: 1 }, { a: 2 }]],
    ['one object over several lines', '{\n "a": 1\n}', [{ a: 1 }]],
    ['an empty array', '[]', []],
    ['garbage', 'NAME IMAGE\nx y', undefined],
    ['half an answer', '[{"a":1},', undefined],
  ])('%s', (_, text, documents) => {
    expect(readDocuments(text)).toEqual(documents);
  });
});

describe('the kind of an error of docker', () => {
  // Words of Docker 26 and 29, and of moby/client.
  it.each([
    [
      'Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?',
      'unreachable',
    ],
    [
      'failed to connect to the docker API at unix:///x.sock; check if the path is correct',
      'unreachable',
    ],
    ['error during connect: Get "http://docker.example.com/v1.45/info": EOF', 'unreachable'],
    ['dial tcp 10.0.0.1:2376: connect: connection refused', 'unreachable'],
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///x',
      'denied',
    ],
    [
      'error during connect: Get "https://h:2376/v1.45/info": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'denied',
    ],
    [
      'error during connect: Get "https://h:2376/v1.45/containers/json": readLoopPeekFailLocked: remote error: tls: certificate required',
      'denied',
    ],
    [
      'error during connect: Get "http://docker.example.com/v1.45/info": command [ssh -o ConnectTimeout=30 -T -- web-1 docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=Host key verification failed.',
      'denied',
    ],
    ['deploy@web-1: Permission denied (publickey,password).', 'denied'],
    ['stderr=ssh: connect to host web-1 port 22: Connection refused', 'unreachable'],
    ['Error response from daemon: No such container: x', 'not-found'],
    ['Error: No such object: nope', 'not-found'],
    [
      'Error response from daemon: Conflict. The container name "/x" is already in use by container "y".',
      'conflict',
    ],
    ['unknown flag: --pull', 'other'],
    ['', 'other'],
  ])('%s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });
});

describe('the error of docker in a message', () => {
  it.each([
    [
      'error during connect: Get "http://docker.example.com/v1.45/info?a=%7B%22": command [ssh -o ConnectTimeout=30 -l deploy -- web-1 docker system dial-stdio] has exited with exit status 255, please make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=deploy@web-1: Permission denied (publickey).\r\n',
      'error during connect: ssh: deploy@web-1: Permission denied (publickey).',
    ],
    [
      'Error response from daemon: failed to do request: Head "https://r.test/v2/a/manifests/sha256:0": dial tcp 10.0.0.1:443: connect: connection refused',
      'Error response from daemon: failed to do request: dial tcp 10.0.0.1:443: connect: connection refused',
    ],
    ['WARN[0000] x\nError: one\nfailed: two\n', 'Error: one failed: two'],
    ['Container shop-api-1  Creating\n', 'Container shop-api-1  Creating'],
  ])('%s', (stderr, words) => {
    expect(complaintOf(stderr)).toBe(words);
  });
});

describe('docker as a process', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollgate-docker-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Programs of these names, which are shell scripts. */
  function withPrograms(programs: Readonly<Record<string, string>>, exec: Exec = run): Docker {
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    return createDocker({
      env: { PATH: folder, DOCKER_HOST: 'ssh://deploy@web-1', COMPOSE_REMOVE_ORPHANS: '1' },
      exec,
      redact: (text) => text.replaceAll('hunter2', '***'),
      clock: systemClock,
      random: () => 0,
      patienceMs: 0,
    });
  }
  const plugin = '[ "$1 $2" = "compose version" ] && echo 2.26.1-4';
  const without = 'echo "docker: unknown command: docker compose" >&2; exit 1';

  it.each<[string, Record<string, string>, unknown]>([
    [
      'the plugin',
      { docker: plugin, 'docker-compose': 'echo 2.30.0' },
      { program: 'docker', args: ['compose'], version: '2.26.1-4' },
    ],
    [
      'the stand-alone program, when docker does not know the plugin',
      { docker: without, 'docker-compose': 'echo v5.6.0' },
      { program: 'docker-compose', args: [], version: '5.6.0' },
    ],
    [
      'the stand-alone program, when docker prints its own help instead and ends with 0',
      { docker: 'echo "Usage:  docker [OPTIONS] COMMAND"', 'docker-compose': 'echo 2.1.0' },
      { program: 'docker-compose', args: [], version: '2.1.0' },
    ],
    [
      'no docker at all',
      { 'docker-compose': 'echo 2.1.0' },
      { program: 'docker-compose', args: [], version: '2.1.0' },
    ],
  ])('finds Compose: %s', async (_, programs, found) => {
    expect(await withPrograms(programs).findCompose(never)).toEqual(found);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'no plugin',
      { docker: without },
      'Compose is missing: the plugin `docker compose` does not work; docker-compose is not on the PATH',
    ],
    [
      'Compose 1',
      { docker: without, 'docker-compose': 'echo 1.29.2' },
      'Compose is missing: the plugin `docker compose` does not work; the stand-alone `docker-compose` is version 1.29.2, and version 2 or newer is needed',
    ],
    [
      'no program',
      {},
      'Compose is missing: docker is not on the PATH; docker-compose is not on the PATH',
    ],
  ])('without Compose says why: %s', async (_, programs, message) => {
    await expect(withPrograms(programs).findCompose(never)).rejects.toMatchObject({
      reason: 'missing',
      message,
    });
  });

  it('runs Compose as it was found, with its input', async () => {
    const docker = withPrograms({
      docker: without,
      'docker-compose':
        '[ "$1" = version ] && echo 2.1.0 && exit; read -r input; echo "$*: $input"',
    });
    const input = 'services: {}\n';
    expect(await docker.compose(['--file', '-', 'up'], never, { input })).toBe(
      '--file - up: services: {}\n',
    );
  });

  it('a whole Compose file is read without the `.env` next to it', async () => {
    const docker = withPrograms({
      docker: without,
      'docker-compose':
        '[ "$1" = version ] && echo 2.1.0 && exit; echo "$COMPOSE_DISABLE_ENV_FILE,${COMPOSE_ENV_FILES-unset}"',
    });
    const whole = { input: 'services: {}\n' };
    expect(await docker.compose(['--file', '-', 'up'], never, whole)).toBe('true,\n');
    expect(await docker.compose(['config'], never)).toBe(',unset\n');
  });

  it('passes the environment on, except what makes Compose remove orphans', async () => {
    const docker = withPrograms({
      docker: 'echo "$DOCKER_HOST $COMPOSE_REMOVE_ORPHANS $ONE"',
    });
    const printed = await docker.run(['ps'], never, { env: { ONE: 'just once' } });
    expect(printed).toBe('ssh://deploy@web-1 false just once\n');
    expect(await docker.run(['ps'], never)).toBe('ssh://deploy@web-1 false \n');
  });

  it('an error shows no secret and no runner command', async () => {
    const docker = withPrograms({
      docker:
        'echo "WARNING: Error loading config file" >&2; echo "::error::Error response from daemon: hunter2" >&2; exit 1',
    });
    await expect(docker.run(['container', 'rm', 'x'], never)).rejects.toMatchObject({
      reason: 'other',
      message: 'docker container rm: \u2060::error::Error response from daemon: ***',
    });
  });

  it.each<[string, string, object]>([
    ['hangs', 'while :; do :; done', { reason: 'timeout' }],
    ['dies', 'kill -9 $$', { message: 'docker ps was ended by SIGKILL' }],
    ['says nothing', 'exit 4', { message: 'docker ps ended with code 4' }],
  ])('a docker that %s', async (_, script, error) => {
    const docker = withPrograms({ docker: script });
    await expect(docker.run(['ps'], never, { timeoutMs: 200 })).rejects.toMatchObject(error);
  });

  it('an aborted signal ends it, with the reason of the signal', async () => {
    const stop = new AbortController();
    const docker = withPrograms({ docker: 'echo ready >&2; while :; do :; done' });
    const reason = new Error('enough');
    const onLine = (): void => {
      stop.abort(reason);
    };
    await expect(docker.run(['ps'], stop.signal, { onLine })).rejects.toBe(reason);
  });

  it.each<[string, string, unknown]>([
    ['all', `echo '[{"Id":"a"},{"Id":"b"}]'`, [{ Id: 'a' }, { Id: 'b' }]],
    [
      'those that are left',
      `echo '[{"Id":"a"}]'; echo 'Error: No such container: b' >&2; exit 1`,
      [{ Id: 'a' }],
    ],
    ['none', `echo '[]'; echo 'Error response from daemon: No such image: b' >&2; exit 1`, []],
  ])('inspects %s', async (_, script, found) => {
    const docker = withPrograms({ docker: script });
    expect(await docker.inspect('container', ['a', 'b'], never)).toEqual(found);
  });

  it.each<[string, string, object]>([
    ['garbage', 'echo hello', { reason: 'garbage' }],
    [
      'an engine that is away',
      `echo '[]'; echo 'Cannot connect to the Docker daemon at x' >&2; exit 1`,
      { reason: 'unreachable' },
    ],
  ])('%s is not accepted as an answer', async (_, script, error) => {
    const docker = withPrograms({ docker: script });
    await expect(docker.inspect('container', ['a'], never)).rejects.toMatchObject(error);
  });

  it('an engine that does not answer: reads are retried, changes are not', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const exec: Exec = () => {
      calls += 1;
      const nothing = { signal: null, stdout: '', stderr: '' };
      return Promise.resolve(
        calls < 3
          ? { ...nothing, code: 1, stderr: 'Cannot connect to the Docker daemon' }
          : { ...nothing, code: 0, stdout: 'here' },
      );
    };
    const docker = createDocker({ env: {}, exec, redact: (text) => text, clock, random: () => 0 });
    expect(await clock.runUntil(docker.read(['ps'], never))).toBe('here');
    expect(calls).toBe(3);
    calls = 0;
    await expect(docker.run(['rm', 'x'], never)).rejects.toMatchObject({ reason: 'unreachable' });
    expect(calls).toBe(1);
  });

  it("gives both outputs of a container's logs", async () => {
    const docker = withPrograms({ docker: 'echo "$@"; echo err >&2' });
    expect(await docker.logs('abc', 3, never)).toBe('logs --tail 3 abc\n\nerr\n');
  });
});
