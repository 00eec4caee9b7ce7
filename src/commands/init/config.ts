import { stringify } from 'yaml';
import { inputIds, inputOf, type InputId } from '../../inputs/table.js';

/** What stands above an input in the file that is written. */
const comments: Partial<Readonly<Record<InputId, string>>> = {
  url: 'Probed twice a second: choose something that does the real work of the service.',
  'health-url': 'Looked at every 5 s: three failed looks in a row are an outage.',
  'prometheus-url': 'Asked for what the users of the service really see.',
  rollback: 'How it is taken back: these ways, one after the other.',
  'ci-system': 'Where the rollback pipeline runs. Its token is a secret, and stands in no file.',
};

/** Spelled like this a number or a boolean of YAML is read back as it is written. */
const PLAIN = /^(true|false|\d+(\.\d+)?)$/;

/** The text of `rollgate.yml`, in the order of the table. */
export function writeConfig(texts: ReadonlyMap<InputId, string>): string {
  const lines = inputIds.flatMap((id) => {
    const text = texts.get(id);
    if (text === undefined) return [];
    const comment = comments[id];
    return [...(comment === undefined ? [] : [`# ${comment}`]), entry(id, text)];
  });
  return [
    '# The configuration of the gate; it belongs into the root of the repository.',
    '# `rollgate validate` checks it and prints every value that rules, with where it comes from.',
    ...lines,
    '',
  ].join('\n');
}

function entry(id: InputId, text: string): string {
  if (PLAIN.test(text)) return `${id}: ${text}`;
  const { shape } = inputOf(id).type;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const value = (shape === 'list' || shape === 'pairs') && lines.length > 1 ? lines : text;
  return stringify({ [id]: value }, { lineWidth: 0 }).trimEnd();
}
