import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { kinds, rollbackFolder, type Kind } from '../../scripts/generators/rollback-pipelines.js';

/** A rollback pipeline that users copy, as its CI system would take it. */
export interface RollbackPipeline {
  readonly name: string;
  readonly system: string;
  readonly kind: Kind;
  readonly text: string;
  /** The file as it is read; of a Jenkinsfile nothing. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly script: string;
  /** What its users change: variables of the script. */
  readonly settings: Readonly<Record<string, string>>;
}

type Texts = Readonly<Record<string, string>>;

/** What is looked for in a file, wherever it stands. */
function all(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([name, one]) => [
    ...(name === key ? [one] : []),
    ...all(one, key),
  ]);
}

/** Where the script stands, and where the settings do. */
const places: Readonly<
  Record<string, (value: unknown) => { readonly scripts: unknown[]; readonly env: unknown }>
> = {
  github: (value) => ({ scripts: all(value, 'run'), env: (value as { env: unknown }).env }),
  gitlab: (value) => {
    const { rollback } = value as { rollback: { variables: unknown; script: unknown[] } };
    return { scripts: rollback.script, env: rollback.variables };
  },
  circleci: (value) => ({ scripts: all(value, 'command'), env: all(value, 'environment')[0] }),
  'azure-devops': (value) => ({
    scripts: all(value, 'bash'),
    env: (value as { variables: unknown }).variables,
  }),
};

function read(system: string, kind: Kind): RollbackPipeline {
  const isGroovy = system === 'jenkins';
  const file = `${system}/${kind}.${isGroovy ? 'Jenkinsfile' : 'yml'}`;
  const text = readFileSync(`${rollbackFolder}/${file}`, 'utf8');
  const known = { name: file, system, kind, text };
  if (isGroovy) {
    const [, script = ''] = /sh '''(#!\/bin\/sh\n[^]*?)'''/.exec(text) ?? [];
    const [, block = ''] = /\n {2}environment \{\n([^]*?)\n {2}\}\n/.exec(text) ?? [];
    const settings = [...block.matchAll(/^ {4}(\w+) = '([^']*)'/gm)].map(
      ([, name = '', value = '']) => [name, value] as const,
    );
    return { ...known, value: {}, script, settings: Object.fromEntries(settings) };
  }
  const value = parse(text) as Readonly<Record<string, unknown>>;
  const { scripts, env } = places[system]!(value);
  if (scripts.length !== 1) throw new Error(`${file} has ${String(scripts.length)} scripts`);
  const settings = Object.entries(env as Texts).filter(([, one]) => !one.startsWith('<<'));
  return { ...known, value, script: String(scripts[0]), settings: Object.fromEntries(settings) };
}

export const rollbackSystems = ['github', 'gitlab', 'circleci', 'azure-devops', 'jenkins'];

export const rollbackPipelines: readonly RollbackPipeline[] = rollbackSystems.flatMap((system) =>
  kinds.map((kind) => read(system, kind)),
);

/** A program that notes how it is called, and does what these lines of a shell say. */
export function noting(lines: string): string {
  return `#!/bin/sh\necho "$*" >> "$CALLS"\n${lines}\n`;
}

/** A kubectl whose rollouts all work: deployments with 3 replicas, ready as READY says, that run shop:1. */
export const kubectlStandIn = noting(
  [
    'case "$*" in',
    '  *" ${FAILS:-nothing} "*) echo "it does not want to" >&2; exit 1 ;;',
    '  *images* | *image}*) printf "shop:1 sidecar:7" ;;',
    '  *jsonpath*) printf "3/%s" "${READY-3}" ;;',
    'esac',
  ].join('\n'),
);

/** A docker whose project has the image in the variable API_IMAGE, and two containers that run RUNS. */
export const dockerStandIn = noting(
  [
    'case "$*" in',
    '  "${FAILS:-nothing}"*) echo "it does not want to" >&2; exit 1 ;;',
    '  "compose config"*) printf "%s\\npostgres:17\\n" "${TAKES-$API_IMAGE}" ;;',
    '  "compose ps"*) printf "%s" "${CONTAINERS-c1 c2}" ;;',
    '  "compose up"*) echo "up with $API_IMAGE" >> "$CALLS" ;;',
    '  "image inspect --format"*) echo sha256:1 ;;',
    '  "inspect --format"*) echo "${RUNS-sha256:1}" ;;',
    'esac',
  ].join('\n'),
);
