import type { Problem } from '../support/errors.js';
import type { Origin } from './resolve.js';
import { inputIds, inputOf, type InputId, type Settings } from './table.js';

/** What the description of a CI system cannot do without. */
const always = {
  'http-url': 'the root of its API',
  'http-start-path': 'the path that starts the rollback pipeline',
} as const satisfies Partial<Record<InputId, string>>;

/** What it takes to follow a run. */
const toFollow = {
  'http-run-id': 'where the id of the run stands in the answer, such as `/id`',
  'http-state-path': 'the path that shows a run, such as `runs/{{run_id}}`',
  'http-state': 'where the word for the state stands in that answer, such as `/state`',
  'http-states': 'what the words mean, such as `passed=succeeded`',
} as const satisfies Partial<Record<InputId, string>>;

/** Whether a CI system that is only described (`ci-system: http`) is described well enough. */
export function crossCheckHttpPipeline(
  settings: Settings,
  origins: Readonly<Record<InputId, Origin>>,
): Problem[] {
  if (settings['ci-system'] !== 'http') return strays(settings, origins);
  if (!settings.rollback.includes('ci')) return [];

  const problems: Problem[] = [];
  const need = (ids: Partial<Record<InputId, string>>, why: string): void => {
    for (const [id, what] of Object.entries(ids) as [InputId, string][]) {
      // One that was given and refused has a problem of its own.
      if (settings[id] !== undefined || origins[id].level < 7) continue;
      problems.push({ subject: id, message: `is missing: ${why}`, fix: `set it to ${what}` });
    }
  };
  need(always, '`ci-system` is `http`');
  if (settings['rollback-wait']) {
    need(
      toFollow,
      '`ci-system` is `http`, and the rollback is followed to its end (`rollback-wait`)',
    );
  }
  problems.push(...addressProblems(settings['http-url']), ...endProblems(settings['http-states']));
  return problems;
}

/** What describes a system that is not the one to be called. */
function strays(settings: Settings, origins: Readonly<Record<InputId, Origin>>): Problem[] {
  const given = inputIds.find(
    (id) => inputOf(id).group === 'http-pipeline' && origins[id].level < 7,
  );
  if (given === undefined) return [];
  const system = settings['ci-system'];
  return [
    {
      subject: given,
      message: `is set (from ${origins[given].name}), and \`ci-system\` is ${system === undefined ? 'not set' : `\`${system}\``}`,
      fix: 'set `ci-system` to `http`, or take it out',
    },
  ];
}

/** The address is not shown: it may hold a password. */
function addressProblems(address: string | undefined): Problem[] {
  if (address === undefined) return [];
  const { username, password, search, hash } = new URL(address);
  const problems: Problem[] = [];
  if (username !== '' || password !== '') {
    problems.push({
      subject: 'http-url',
      message: 'holds a user name or a password',
      fix: 'take it out, and give it in `http-headers` as `Authorization: Basic ...`',
    });
  }
  if (search !== '' || hash !== '') {
    problems.push({
      subject: 'http-url',
      message: 'has a query or a fragment',
      fix: 'give the root of the API here, and queries in the paths',
    });
  }
  return problems;
}

/** Without a word for each end, a run would be followed until the time is over. */
function endProblems(meanings: Settings['http-states']): Problem[] {
  if (meanings === undefined) return [];
  const used = Object.values(meanings);
  return (['succeeded', 'failed'] as const)
    .filter((end) => !used.includes(end))
    .map((end) => ({
      subject: 'http-states',
      message: `no word means \`${end}\``,
      fix: `add a line such as \`WORD=${end}\``,
    }));
}
