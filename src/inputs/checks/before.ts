import type { BeforePlan, CheckSpec, MetricLimit } from '../../contract/check.js';
import type { CheckSource } from '../../support/options.js';
import { quote } from '../../support/values/value-type.js';
import { pickBy } from '../../support/objects.js';
import type { InputId, Settings } from '../table.js';
import { beforeOptions, limitInputs } from './limits.js';
import { lookUpAll, type Read, type Scope } from './lookup.js';

/** What an entry says of the hour before; `undefined`: nothing. */
export type GivenBefore = Read | 'off' | undefined;

/** Reads `before` of an entry: a map, or `off`. */
export function readBefore({ options, past }: CheckSource, scope: Scope): GivenBefore {
  const field = scope.map.fields.get('before');
  if (field === undefined || past === undefined) return undefined;
  const { where, value } = field;
  const names = [...Object.keys(beforeOptions), ...past];
  const all = names.map((name) => `\`${name}\``).join(', ');
  if (typeof value === 'string') {
    if (value.trim().toLowerCase() === 'off') return 'off';
    scope.say(
      where,
      `\`before\`: ${quote(value)} is not known here`,
      `\`off\`, or a map of ${all}`,
    );
    return undefined;
  }
  for (const [name, below] of value.fields)
    if (!names.includes(name))
      scope.say(below.where, `${quote(name)} is not an option of \`before\``, `it has ${all}`);
  const own = pickBy(options, (_, name) => past.includes(name));
  return lookUpAll({ ...beforeOptions, ...own }, { ...scope, map: value, prefix: 'before.' });
}

/** What there is to know of the inputs. */
interface Inputs {
  readonly settings: Settings;
  readonly isGiven: (id: InputId) => boolean;
}

/** Marks a limit that stands there because nobody has said anything. */
export function unlessGiven(
  { metric }: MetricLimit,
  isGiven: Inputs['isGiven'],
): Pick<CheckSpec, 'isByDefault'> {
  const input = limitInputs[metric];
  return input === undefined || isGiven(input) ? {} : { isByDefault: true };
}

/** How the limits of an entry are compared with the hour before; `undefined`: not at all. */
export function beforePlanOf(
  checks: readonly CheckSpec[],
  { settings, isGiven }: Inputs,
  source: CheckSource,
  given?: GivenBefore,
  options: Readonly<Record<string, unknown>> = {},
): BeforePlan | undefined {
  const mode = settings['compare-before'];
  if (source.past === undefined || given === 'off' || mode === 'off') return undefined;
  const isChosen =
    isGiven('min-success-rate') ||
    checks.some(
      ({ limit, isByDefault }) => limit.metric === 'success-rate' && isByDefault !== true,
    );
  if (given === undefined && mode === 'auto' && isChosen) return undefined;
  const { margin, floor, ...below } = given?.values ?? {};
  const own = Object.entries(below).filter(([, value]) => value !== undefined);
  return {
    tightens: given !== undefined || mode === 'on' ? 'all' : 'defaults',
    margin: typeof margin === 'number' ? margin : settings['before-margin'],
    floor: (typeof floor === 'number' ? floor : settings['before-floor']) / 100,
    ...(own.length > 0 && { options: { ...options, ...Object.fromEntries(own) } }),
  };
}
