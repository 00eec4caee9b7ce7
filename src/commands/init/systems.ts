import { stringify } from 'yaml';
import { type InputId, inputIds, inputOf } from '../../inputs/table.js';
import type { Answers, InitOptions, InitSystem, SystemPlan, Way } from './options.js';
import { azure } from './systems/azure.js';
import { circleci } from './systems/circleci.js';
import { forgejo, gitea } from './systems/gitea.js';
import { github } from './systems/github.js';
import { gitlab } from './systems/gitlab.js';
import { jenkins } from './systems/jenkins.js';

/** The CI systems that there is a wrapper for. */
export const initSystems: readonly InitSystem[] = [
  github,
  gitlab,
  circleci,
  jenkins,
  azure,
  gitea,
  forgejo,
];

/** The files of a system, and what is left to do there. */
export function planFor(options: InitOptions): SystemPlan {
  return initSystem(options.system).plan(options);
}

function initSystem(system: string): InitSystem {
  const found = initSystems.find(({ id }) => id === system);
  if (found === undefined) throw new Error(`there is no wrapper for ${system}`);
  return found;
}

/** The pipeline is always the last way: it needs nothing of the machine that the gate runs on. */
const chains: Readonly<Record<Way, string>> = {
  kubernetes: 'kubernetes,ci',
  compose: 'compose,ci',
  pipeline: 'ci',
};

/** What the configuration says besides the answers, where these do not say it. */
export function configFor({ system, way, texts }: Answers): ReadonlyMap<InputId, string> {
  const chain =
    texts.has('helm-release') && way !== 'compose' ? `helm,${chains[way]}` : chains[way];
  const usual: readonly (readonly [InputId, string])[] = [
    ['rollback', chain],
    ['ci-system', system],
    ...(initSystem(system).inputs?.({ system, way, texts, branch: 'main' }) ?? []),
  ];
  return new Map([...usual, ...texts, ['ci-system', system]]);
}

/** What stands above an input in the file that is written. */
const comments: Partial<Readonly<Record<InputId, string>>> = {
  url: 'Probed twice a second: pick a page that exercises the database.',
  'health-url': 'Probed every 5 s: three failed probes in a row are an outage.',
  'prometheus-url': 'Its counters say how many requests of real users succeed.',
  rollback: 'How it is rolled back: these ways, one after the other.',
  'ci-system': 'Where the rollback pipeline runs. Its token is a secret: keep it out of files.',
};

/** Spelled like this a number or a boolean of YAML is read back as it is written. */
const PLAIN = /^(true|false|\d+(\.\d+)?)$/;

/** The text of `rollgate.yml`, in the order of the table. */
export function writeConfig(texts: ReadonlyMap<InputId, string>): string {
  const lines = inputIds.flatMap((id) => {
    const text = texts.get(id);
    if (text === undefined) return [];
    const comment = comments[id];
    return [...(comment === undefined ? [] : [`# ${comment}`]), yamlEntry(id, text)];
  });
  return [
    '# Put this file in the repository root.',
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
