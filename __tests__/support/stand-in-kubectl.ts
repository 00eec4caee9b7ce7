import type { Exec, ExecResult } from '../../src/support/exec.js';

/** An object of the API, as far as tests change it. */
export interface StoredObject {
  apiVersion?: string;
  kind: string;
  metadata: {
    name: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; name: string; uid?: string; controller?: boolean }[];
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

type Answer = Partial<ExecResult>;

const ok = { code: 0, signal: null, stdout: '', stderr: '' } as const;

/** As kubectl prints what the server refuses. */
export function refusal(reason: string, message: string): Answer {
  return { code: 1, stderr: `Error from server (${reason}): ${message}\n` };
}

export const unreachable: Answer = {
  code: 1,
  stderr:
    'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n',
};

/** kubectl as far as it is used, with a cluster that holds just what tests put into it. */
export class StandInKubectl {
  readonly calls: (readonly string[])[] = [];
  readonly objects: StoredObject[] = [];
  /** `patch deployments`: what the user may not do. */
  readonly denied = new Set<string>();
  /** All others are there. */
  readonly missingNamespaces = new Set<string>();
  logs = '';
  /** Answers in place of its own; `undefined`: it answers itself. */
  instead: (args: readonly string[], signal: AbortSignal) => Promise<Answer> | Answer | undefined =
    () => undefined;
  private version = 100;

  add(...objects: readonly StoredObject[]): this {
    for (const object of objects) {
      this.objects.push(object);
      this.touch(object);
    }
    return this;
  }

  /** Changed by somebody. */
  touch(object: StoredObject): void {
    this.version += 1;
    object.metadata.resourceVersion = String(this.version);
  }

  find(kind: string, name: string): StoredObject {
    const found = this.objects.find((it) => it.kind === kind && it.metadata.name === name);
    if (found === undefined) throw new Error(`no ${kind} ${name}`);
    return found;
  }

  remove(kind: string, name: string): void {
    this.objects.splice(this.objects.indexOf(this.find(kind, name)), 1);
  }

  callsOf(verb: string): readonly (readonly string[])[] {
    return this.calls.filter(([first]) => first === verb);
  }

  readonly exec: Exec = async (command, args, { signal, input }) => {
    if (command !== 'kubectl') throw new Error(`not kubectl: ${command}`);
    this.calls.push(args);
    const answer = (await this.instead(args, signal)) ?? this.answer(args, input);
    return { ...ok, ...answer };
  };

  private answer(args: readonly string[], input: string | undefined): Answer {
    switch (args[0] ?? '') {
      case 'get':
        return this.get(args.slice(1));
      case 'patch':
        return this.patch(args[1] ?? '', args[args.indexOf('-p') + 1] ?? '');
      case 'create':
        return this.review(input ?? '');
      case 'logs':
        return { stdout: this.logs };
      case 'config':
        return print({ contexts: [{ context: {} }] });
      default:
        throw new Error(`kubectl ${args.join(' ')}`);
    }
  }

  private get(args: readonly string[]): Answer {
    const names = args.filter((arg) => arg.includes('/') && !arg.startsWith('-'));
    const [resource = ''] = args;
    if (this.denied.has(`list ${resource}`))
      return refusal('Forbidden', `${resource} is forbidden: User "x" cannot list resource`);
    if (names.length === 0) {
      const selector = args.includes('-l') ? (args[args.indexOf('-l') + 1] ?? '') : '';
      return print({
        kind: 'List',
        items: this.objects.filter(
          (it) => resource.startsWith(resourceOf(it)) && isSelected(it, selector),
        ),
      });
    }
    const found = names.flatMap((name) => this.lookUp(name) ?? []);
    if (found.length < names.length && !args.includes('--ignore-not-found'))
      return refusal('NotFound', `${names.join(' ')} not found`);
    const [only] = found;
    if (names.length > 1) return print({ kind: 'List', items: found });
    return only === undefined ? {} : print(only);
  }

  private lookUp(reference: string): StoredObject | undefined {
    const [resource = '', name = ''] = reference.split('/');
    if (resource === 'namespaces')
      return this.missingNamespaces.has(name)
        ? undefined
        : { kind: 'Namespace', metadata: { name } };
    return this.objects.find(
      (it) => it.metadata.name === name && resource.startsWith(resourceOf(it)),
    );
  }

  private patch(reference: string, text: string): Answer {
    const object = this.lookUp(reference);
    if (object === undefined) return refusal('NotFound', `${reference} not found`);
    if (this.denied.has(`patch ${resourceOf(object)}`))
      return refusal('Forbidden', `${reference} is forbidden: User "x" cannot patch resource`);
    const operations = JSON.parse(text) as { op: string; path: string; value: unknown }[];
    for (const { op, path, value } of operations) {
      const keys = path
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/'));
      const last = keys.pop() ?? '';
      let parent = object as unknown as Record<string, unknown>;
      for (const key of keys) parent = (parent[key] ??= {}) as Record<string, unknown>;
      if (op !== 'test') parent[last] = value;
      else if (parent[last] !== value)
        return {
          code: 1,
          stderr:
            'The request is invalid: the server rejected our request due to an error in our request\n',
        };
    }
    object.metadata.generation = (object.metadata.generation ?? 1) + 1;
    this.touch(object);
    return print(object);
  }

  private review(input: string): Answer {
    const { items } = JSON.parse(input) as {
      items: { spec: { resourceAttributes: { verb: string; resource: string } } }[];
    };
    const documents = items.map(({ spec: { resourceAttributes: of } }) => {
      const allowed = !this.denied.has(`${of.verb} ${of.resource}`);
      return `${JSON.stringify({ status: { allowed } }, null, 4)}\n`;
    });
    return { stdout: documents.join('') };
  }
}

function resourceOf({ kind }: StoredObject): string {
  return `${kind.toLowerCase()}s`;
}

function isSelected({ metadata }: StoredObject, selector: string): boolean {
  return selector
    .split(',')
    .filter((part) => part !== '')
    .every((part) => metadata.labels?.[part.split('=')[0] ?? ''] === part.split('=')[1]);
}

function print(value: unknown): Answer {
  return { stdout: JSON.stringify(value) };
}
