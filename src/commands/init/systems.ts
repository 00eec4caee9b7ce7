import { stringify } from 'yaml';
import { type InputId, inputIds, inputOf } from '../../inputs/table.js';
import { splitList } from '../../support/values/text.js';
import type { Answers, InitOptions, InitSystem, SystemPlan } from './options.js';
import { runnerSteps } from './runner.js';
import { azure } from './systems/azure.js';
import { circleci } from './systems/circleci.js';
import { forgejo, gitea } from './systems/gitea.js';
import { github } from './systems/github.js';
import { gitlab } from './systems/gitlab.js';
import { jenkins } from './systems/jenkins.js';
import { other } from './systems/other.js';
import { type Platform, templateFor, ways } from './ways.js';

/** The CI systems that there is a wrapper for, and the one that stands for all others. */
export const initSystems: readonly InitSystem[] = [
  github,
  gitlab,
  circleci,
  jenkins,
  azure,
  gitea,
  forgejo,
  other,
];

/** What is written, and what is left for a person to do. */
export interface Plan extends SystemPlan {
  /** With these variables `preflight` can be tried from here. */
  readonly variables: readonly string[];
}

/** The files of a system, the rollback pipeline where the chain needs one, and what is left to do. */
export function planFor(answers: Answers, branch: string): Plan {
  const options = optionsOf(answers, branch);
  const { template, platform } = options;
  const system = initSystem(answers.system);
  const { files, next, ...lines } = system.plan(options);
  const rollback = template === undefined ? undefined : system.rollback?.(template, options);
  return {
    ...lines,
    files: [...files, ...(rollback?.file === undefined ? [] : [rollback.file])],
    next: [
      ...runnerSteps(options, system.runner),
      ...next,
      ...onEverySystem(answers),
      ...(template === 'script' ? [scripts] : []),
      ...(rollback?.next ?? []),
    ],
    variables: [...(rollback?.variables ?? []), ...(variables[platform] ?? [])],
  };
}

function optionsOf(answers: Answers, branch: string): InitOptions {
  const { system, way, texts } = answers;
  const template = initSystem(system).rollback === undefined ? undefined : templateFor(way, texts);
  return { ...answers, branch, platform: ways[way].platform, template };
}

const variables: Partial<Readonly<Record<Platform, readonly string[]>>> = {
  aws: ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
};

/** What the rollback pipeline with the deploy script needs in every system. */
const scripts =
  'Write scripts/current-version.sh, which prints the version that runs, and have scripts/deploy.sh deploy the version that it is given: the rollback calls it with the one before.';

/** What a way needs in every system. */
function onEverySystem({ way, texts }: Answers): readonly string[] {
  if (ways[way].platform === 'aws')
    return [
      `Give what the jobs log in to AWS with the rights that docs/strategies/${way}.md lists, and those that your deploy needs.`,
    ];
  if (way !== 'command') return [];
  return [
    '`rollback-command` runs in the job of the gate: give that job the programs and the credentials that it needs.',
    ...(texts.has('rollback-snapshot-command')
      ? [
          '`rollback-snapshot-command` runs in the jobs of snapshot, preflight and gate: it needs the same.',
        ]
      : [
          'Set `rollback-snapshot-command`, which prints the version that runs: without it a rollback may undo the deploy of somebody else (docs/strategies/command.md, "A memory").',
        ]),
  ];
}

/** @throws Error for an id that is none of theirs */
export function initSystem(system: string): InitSystem {
  const found = initSystems.find(({ id }) => id === system);
  if (found === undefined) throw new Error(`there is no wrapper for ${system}`);
  return found;
}

/** What the configuration says besides the answers, where these do not say it. */
export function configFor(answers: Answers): ReadonlyMap<InputId, string> {
  const { system, way, texts } = answers;
  const { rollback } = initSystem(system);
  const { inputs = [] } = ways[way];
  const options = optionsOf(answers, 'main');
  const { template } = options;
  const all = new Map([
    ...chainOf(answers),
    ...inputs,
    ...((template === undefined ? undefined : rollback?.(template, options).inputs) ?? []),
    ...texts,
  ]);
  // No other strategy calls a CI system.
  if (rollback !== undefined && template === undefined) all.delete('ci-system');
  else all.set('ci-system', system);
  return all;
}

/** The chain of a way. Where no CI system runs a rollback pipeline, and nothing else would roll back, it is only reported. */
function chainOf({ system, way, texts }: Answers): readonly (readonly [InputId, string])[] {
  const isHelm = texts.has('helm-release') && ['kubernetes', 'pipeline'].includes(way);
  const hasPipeline = initSystem(system).rollback !== undefined;
  const strategies = [
    ...(isHelm ? ['helm'] : []),
    ...splitList(ways[way].chain).filter((id) => id !== 'ci' || hasPipeline),
  ];
  if (strategies.length > 0) return [['rollback', strategies.join(',')]];
  const isConfigured = [...texts.keys()].some((id) => {
    const { strategy, configures } = inputOf(id);
    return id === 'rollback' || (strategy !== 'ci' && configures === true);
  });
  return isConfigured ? [] : [['on-unhealthy', 'report']];
}

/** What stands above an input in the file that is written. */
const comments: Partial<Readonly<Record<InputId, string>>> = {
  url: 'Probed twice a second: pick a page that exercises the database.',
  'health-url': 'Probed every 5 s: three failed probes in a row are an outage.',
  'prometheus-url': 'Its counters say how many requests of real users succeed.',
  rollback: 'How it is rolled back: these ways, one after the other.',
  'ci-system': 'Where the rollback pipeline runs. Its token is a secret: keep it out of files.',
};

const NO_SYSTEM = 'No CI system is asked to run a rollback pipeline.';

/** Spelled like this a number or a boolean of YAML is read back as it is written. */
const PLAIN = /^(true|false|\d+(\.\d+)?)$/;

/** What editors complete and check `rollgate.yml` with, beside it. */
export const schemaFile = 'rollgate.schema.json';

/** https://github.com/redhat-developer/yaml-language-server#using-inlined-schema */
const SCHEMA_LINE = `# yaml-language-server: $schema=./${schemaFile}`;

/** Whether a configuration names the schema that `init` writes. */
export function namesSchema(config: string): boolean {
  return config.startsWith(`${SCHEMA_LINE}\n`);
}

/** The text of `rollgate.yml`, in the order of the table. */
export function writeConfig(texts: ReadonlyMap<InputId, string>): string {
  const lines = inputIds.flatMap((id) => {
    const text = texts.get(id);
    if (text === undefined) return [];
    const comment = id === 'ci-system' && text === other.id ? NO_SYSTEM : comments[id];
    return [...(comment === undefined ? [] : [`# ${comment}`]), yamlEntry(id, text)];
  });
  return [
    SCHEMA_LINE,
    '# Keep this file in the repository root.',
    '# `rollgate validate` prints every effective value and its source.',
    ...lines,
    '',
  ].join('\n');
}

function yamlEntry(id: InputId, text: string): string {
  if (PLAIN.test(text)) return `${id}: ${text}`;
  const { shape } = inputOf(id).type;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const value = (shape === 'list' || shape === 'pairs') && lines.length > 1 ? lines : text;
  return stringify({ [id]: value }, { lineWidth: 0 }).trimEnd();
}
