import type { Problem } from '../contract/result.js';
import type { UsageProblem } from '../support/errors.js';
import type { Input } from './input.js';
import { isSystemsOwn, originInWords, type InputSources, type Origin } from './lookup.js';
import { inputIds, inputOf, type InputId, type Settings } from './table.js';
import { ownVariable } from './variables.js';

/** What the rules need to know of a target's inputs. */
export interface RuleScope {
  readonly settings: Settings;
  readonly origins: Readonly<Record<InputId, Origin>>;
  /** The sources that entries of `checks` name. */
  readonly writtenSources: ReadonlySet<string>;
}

/** The rules of the table that these inputs break. */
export function brokenRules(scope: RuleScope): readonly UsageProblem[] {
  return inputIds.flatMap((id) => problemsOf(id, scope));
}

/** Whether it was set, rightly or wrongly: a value that was refused has had its message. */
export function isSet(id: string, { settings, origins }: RuleScope): boolean {
  return origins[id as InputId].level < 7 && settings[id as InputId] !== 'off';
}

function problemsOf(id: InputId, scope: RuleScope): readonly UsageProblem[] {
  const row = inputOf(id);
  if (!isSet(id, scope)) return brokenRequiredWhen(id, row, scope);
  for (const rule of [brokenBelongsTo, brokenExcludes, brokenRequires, brokenRequiresOneOf]) {
    const problems = rule(id, row, scope);
    if (problems.length > 0) return problems;
  }
  return [];
}

type Rule = (id: InputId, row: Input<unknown>, scope: RuleScope) => readonly UsageProblem[];

const brokenRequiredWhen: Rule = (id, { requiredWhen, strategy }, { settings, origins }) => {
  if (requiredWhen === undefined || origins[id].level < 7) return [];
  const { values, because, to } = requiredWhen;
  const applies =
    (strategy === undefined || settings.rollback.includes(strategy)) &&
    Object.entries(values).every(([other, value]) => settings[other as InputId] === value);
  return applies
    ? [{ subject: id, message: `is missing: ${because}`, fix: `set it to ${to}` }]
    : [];
};

const brokenBelongsTo: Rule = (id, row, scope) => {
  const { belongsTo } = row;
  if (belongsTo === undefined || isSet(belongsTo, scope) || isUsedByCheck(row, scope)) return [];
  return [
    {
      subject: id,
      message: `it is set (${originInWords(scope.origins[id])}), and \`${belongsTo}\` is not`,
      fix: `set \`${belongsTo}\`, or take it out`,
    },
  ];
};

const brokenExcludes: Rule = (id, { excludes }, scope) => {
  if (excludes?.inputs.some((other) => isSet(other, scope)) !== true) return [];
  return [{ subject: id, message: excludes.message, ...fixOf(excludes.fix?.replace('{id}', id)) }];
};

const brokenRequires: Rule = (id, { requires = [] }, scope) =>
  requires.flatMap((rule) => {
    const { input, ...words } = typeof rule === 'string' ? { input: rule } : rule;
    return isSet(input, scope) ? [] : [{ subject: id, ...needs([input]), ...words }];
  });

const brokenRequiresOneOf: Rule = (id, row, scope) => {
  const { requiresOneOf } = row;
  if (requiresOneOf === undefined || isUsedByCheck(row, scope)) return [];
  const { inputs, ...words } = requiresOneOf;
  return inputs.some((other) => isSet(other, scope))
    ? []
    : [{ subject: id, ...needs(inputs), ...words }];
};

function isUsedByCheck({ usedBySource }: Input<unknown>, { writtenSources }: RuleScope): boolean {
  return usedBySource !== undefined && writtenSources.has(usedBySource);
}

function needs(inputs: readonly string[]): Problem {
  const names = inputs.map((each) => `\`${each}\``).join(' or ');
  return { message: `it needs ${names}`, fix: `set ${names} too` };
}

function fixOf(fix: string | undefined): Pick<Problem, 'fix'> {
  return fix === undefined ? {} : { fix };
}

/**
 * A secret from outside the file is sent to no address that the file alone names: whoever can change the file could
 * have it sent to a server of theirs. The address that the CI system gives, or the default, is no news even there.
 */
export function leakedSecrets(
  { settings, origins }: RuleScope,
  sources: InputSources,
): readonly UsageProblem[] {
  return inputIds.flatMap((id) => {
    if (settings[id] === undefined) return [];
    const targets = (inputOf(id).sentTo ?? []) as readonly InputId[];
    return targets
      .filter(
        (target) => origins[target].level === 5 && !isSystemsOwn(target, settings[target], sources),
      )
      .map((target) => ({
        subject: target,
        message: `is in the file ${origins[target].name}, and \`${id}\` would be sent there`,
        fix: `set the address outside the file, by \`${ownVariable(target)}\` or \`--${target}\``,
      }));
  });
}
