import type { Exec, ExecResult } from '../../src/support/exec.js';

export interface StoredRevision {
  readonly revision: number;
  readonly updated: string;
  status: string;
  readonly chart: string;
  readonly app_version: string;
  description: string;
  readonly rollback_revision?: number;
  /** Not in the history; `helm get manifest` gives it. */
  readonly manifest: string;
}

/** A manifest with one Deployment, of a version. */
export function manifestOf(tag: string): string {
  return `---
# Source: api/templates/secret.yaml
apiVersion: v1
kind: Secret
stringData:
  password: hunter2
---
# Source: api/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      containers:
        - name: api
          image: registry.test/api:${tag}
`;
}

type Answer = Partial<ExecResult>;

const ok = { code: 0, signal: null, stdout: '', stderr: '' } as const;

/** helm as far as it is used: a release in memory, and the words of helm 3.22 and 4.3. */
export class StandInHelm {
  readonly calls: (readonly string[])[] = [];
  readonly revisions: StoredRevision[] = [];
  /** Answers in place of its own; `undefined`: it answers itself. */
  instead: (args: readonly string[], signal: AbortSignal) => Promise<Answer> | Answer | undefined =
    () => undefined;

  constructor(private readonly now = '2026-01-01T00:00:00Z') {}

  /** Adds a revision, as an upgrade that ended this way. */
  add(tag: string, status: 'deployed' | 'failed' | 'pending-upgrade' = 'deployed'): this {
    if (status === 'deployed') this.supersede();
    this.push(tag, status, status === 'failed' ? 'Upgrade "api" failed' : 'Upgrade complete');
    return this;
  }

  /** Adds a revision with the content of another one, as `helm rollback` does. */
  rollBack(to: number, status = 'deployed'): this {
    const target = this.find(to)!;
    if (status === 'deployed') this.supersede();
    this.revisions.push({
      ...target,
      revision: this.next,
      updated: this.now,
      status,
      description: `Rollback to ${String(to)}`,
    });
    return this;
  }

  readonly exec: Exec = async (command, args, { signal }) => {
    this.calls.push([command, ...args]);
    const answer = (await this.instead(args, signal)) ?? this.answer(command, args);
    return { ...ok, ...answer };
  };

  private answer(command: string, args: readonly string[]): Answer {
    if (command !== 'helm')
      return { code: null, spawnError: { code: 'ENOENT', message: `${command}: ENOENT` } };
    const [verb, what] = args;
    if (this.revisions.length === 0) return failure('release: not found');
    if (verb === 'history') return { stdout: JSON.stringify(this.revisions.map(listed)) };
    if (verb === 'get') {
      const revision = this.find(Number(args[args.indexOf('--revision') + 1]));
      return revision === undefined
        ? failure('release: not found')
        : { stdout: `${revision.manifest}\n` };
    }
    if (verb !== 'rollback' || what !== 'api') throw new Error(args.join(' '));
    const to = Number(args[2]);
    if (this.find(to) === undefined) return failure(`release has no ${String(to)} version`);
    this.rollBack(to);
    return { stdout: 'Rollback was a success! Happy Helming!\n' };
  }

  private get next(): number {
    return (this.revisions.at(-1)?.revision ?? 0) + 1;
  }

  private find(revision: number): StoredRevision | undefined {
    return this.revisions.find((it) => it.revision === revision);
  }

  private supersede(): void {
    for (const revision of this.revisions)
      if (revision.status === 'deployed') revision.status = 'superseded';
  }

  private push(tag: string, status: string, description: string): void {
    this.revisions.push({
      revision: this.next,
      updated: this.now,
      status,
      chart: 'api-1.0.0',
      app_version: tag,
      description,
      manifest: manifestOf(tag),
    });
  }
}

function listed(revision: StoredRevision): object {
  return { ...revision, manifest: undefined };
}

export function failure(message: string): Answer {
  return { code: 1, stderr: `WARNING: something else\nError: ${message}\n` };
}
