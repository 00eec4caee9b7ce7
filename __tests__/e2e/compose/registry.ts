import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { furtherFolder, librariesOf } from './components.js';
import { freePort, type Engine } from './engine.js';
import { Program } from './program.js';

/** A registry on 127.0.0.1: engines take one there without TLS. */
export class Registry {
  private constructor(
    /** What names of its images begin with. */
    readonly host: string,
    private readonly program: Program,
  ) {}

  /** Keeps what it holds in the folder of the engine. */
  static async start(engine: Engine): Promise<Registry> {
    const host = `127.0.0.1:${String(await freePort())}`;
    const config = join(engine.folder, 'registry.yaml');
    writeFileSync(
      config,
      stringify({
        version: 0.1,
        storage: { filesystem: { rootdirectory: join(engine.folder, 'registry') } },
        http: { addr: host, secret: 'of-no-use' },
      }),
    );
    const program = await Program.start({
      program: join(furtherFolder(), 'usr/bin/docker-registry'),
      args: ['serve', config],
      env: { LD_LIBRARY_PATH: librariesOf(furtherFolder()) },
      log: join(engine.folder, 'registry.log'),
      isReady: () =>
        fetch(`http://${host}/v2/`).then(
          ({ ok }) => ok,
          () => false,
        ),
    });
    return new Registry(host, program);
  }

  /** How often a manifest was asked for by its digest. */
  get pulls(): number {
    return this.program.log().match(/"GET \/v2\/[^" ]+\/manifests\/sha256:/g)?.length ?? 0;
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}
