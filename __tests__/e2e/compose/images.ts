import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { unpackedFolder } from './components.js';
import type { Engine } from './engine.js';

/**
 * How the service of an image behaves. `good` answers 200; `bad` 503, to everything; `silent` takes connections and never
 * answers; `exits` ends with code 1 at once.
 */
export type Mode = 'good' | 'bad' | 'silent' | 'exits';

export interface ImageOptions {
  readonly mode?: Mode;
  /** A HEALTHCHECK that asks the service itself, every second. */
  readonly healthcheck?: boolean;
  /** Lines of the Dockerfile that come last. */
  readonly further?: readonly string[];
}

/** Answers one connection. `/version` tells the version. The variables of a container win over those of the image. */
const ANSWER = `#!/bin/sh
read -r _ path _
while read -r line && [ "$line" != "$(printf '\\r')" ]; do :; done
case "$MODE" in
  good) status='200 OK' ;;
  silent) exec sleep 3600 ;;
  *) status='503 Service Unavailable' ;;
esac
[ "$path" = /version ] && body="$VERSION" || body="$MODE"
printf 'HTTP/1.1 %s\\r\\nContent-Length: %s\\r\\nConnection: close\\r\\n\\r\\n%s' "$status" "\${#body}" "$body"
`;

/** What a container does, by its first argument. */
const ROLE = `#!/bin/sh
case "$1" in
  api)
    [ "$MODE" = exits ] && { echo 'cannot start' >&2; exit 1; }
    echo "$VERSION listens on $PORT"
    exec nc -ll -p "$PORT" -e /bin/answer
    ;;
  worker) while :; do echo "$VERSION works"; sleep 10; done ;;
  db) echo "$VERSION" >>/data/started; exec sleep 1000000 ;;
  migrate) echo "migrated by $VERSION" >>/data/migrations; echo migrated ;;
  *) exec "$@" ;;
esac
`;

const applets = ['sh', 'nc', 'sleep', 'cat', 'wget', 'ls', 'touch', 'printf', 'true', 'false'];

/**
 * Builds an image from nothing but BusyBox, no registry is asked. It can be every service of {@link writeProject}: `api`
 * answers HTTP on `PORT`, 8080 unless set.
 *
 * @param tag e.g. `shop/api:v1`; what follows the colon is its version.
 * @returns the id, as the engine calls it.
 */
export async function buildImage(
  engine: Engine,
  tag: string,
  options: ImageOptions = {},
): Promise<string> {
  const context = mkdtempSync(join(engine.folder, 'image-'));
  try {
    mkdirSync(join(context, 'bin'));
    cpSync(join(unpackedFolder(), 'usr/bin/busybox'), join(context, 'bin/busybox'));
    for (const [name, text] of Object.entries({ answer: ANSWER, role: ROLE }))
      writeFileSync(join(context, 'bin', name), text);
    for (const name of ['busybox', 'answer', 'role']) chmodSync(join(context, 'bin', name), 0o755);
    for (const name of applets) symlinkSync('busybox', join(context, 'bin', name));
    const health = `CMD wget -q -O /dev/null "http://127.0.0.1:$PORT/health" || exit 1`;
    const lines = [
      'FROM scratch',
      'COPY bin /bin',
      'ENV PATH=/bin PORT=8080',
      `ENV VERSION=${tag.split(':').at(-1) ?? tag} MODE=${options.mode ?? 'good'}`,
      // A shell as the first process does not end by SIGTERM, and would be waited for.
      'STOPSIGNAL SIGKILL',
      'ENTRYPOINT ["/bin/role"]',
      'CMD ["api"]',
      ...(options.healthcheck === true
        ? [`HEALTHCHECK --interval=1s --timeout=2s --retries=2 --start-period=1s ${health}`]
        : []),
      ...(options.further ?? []),
    ];
    writeFileSync(join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
    // The classic builder is a part of the engine; BuildKit's client is a program of its own.
    const env = { DOCKER_BUILDKIT: '0' };
    return await engine.outputOf(['build', '--quiet', '--network', 'none', '--tag', tag, context], {
      env,
    });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
