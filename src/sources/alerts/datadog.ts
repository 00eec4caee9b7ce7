import { fields, listOf, numberOf, textOf } from '../../support/json.js';
import { datadogErrors } from '../datadog.js';
import { noAnswerToQuery } from '../source.js';
import { type Alert, type AlertProvider, secondsOf } from './alert.js';

/** Monitors a page. */
const PAGE_SIZE = 1000;

/**
 * Monitors of Datadog in the state Alert, group by group. Those that are muted or in a downtime are left out
 * (https://docs.datadoghq.com/api/latest/monitors/#get-all-monitors).
 */
export function datadogMonitors(
  address: string,
  keys: { readonly api: string; readonly app: string },
): AlertProvider {
  const root = address.replace(/\/+$/, '');
  return {
    address,
    errors: datadogErrors('/api/v1/monitor', 'monitors_read'),
    request: (_, last = '0') => ({
      method: 'GET',
      url: `${root}/api/v1/monitor?group_states=all&with_downtimes=true&id_offset=${last}&page_size=${String(PAGE_SIZE)}`,
      headers: {
        Accept: 'application/json',
        'DD-API-KEY': keys.api,
        'DD-APPLICATION-KEY': keys.app,
      },
    }),
    read(document, said, now) {
      if (!Array.isArray(document)) return noAnswerToQuery(said);
      const monitors = document as readonly unknown[];
      const next = monitors.length < PAGE_SIZE ? undefined : nextAfter(monitors);
      return { ok: true, value: { alerts: monitors.flatMap((each) => firing(each, now)), next } };
    },
  };
}

/** A page begins after a monitor. */
function nextAfter(monitors: readonly unknown[]): string | undefined {
  const last = numberOf(fields(monitors.at(-1)).id);
  return last === undefined ? undefined : String(last);
}

function firing(monitor: unknown, now: number): readonly Alert[] {
  const {
    name,
    tags,
    overall_state: overall,
    overall_state_modified: modified,
    state,
  } = fields(monitor);
  const title = textOf(name) ?? 'a monitor without a name';
  const own = listOf(tags).flatMap(pairOf);
  const isMuted = mutedIn(monitor, now);
  const groups = Object.entries(fields(fields(state).groups));
  if (groups.length === 0)
    return overall === 'Alert' && !isMuted([])
      ? [{ name: title, labels: own, since: secondsOf(modified) }]
      : [];
  return groups.flatMap(([group, facts]): readonly Alert[] => {
    const { status, last_triggered_ts: since } = fields(facts);
    const parts = group.split(',').map((part) => part.trim());
    if (status !== 'Alert' || isMuted(parts)) return [];
    return [{ name: title, labels: [...own, ...parts.flatMap(pairOf)], since: secondsOf(since) }];
  });
}

/** `service:shop` */
function pairOf(tag: unknown): readonly (readonly [string, string])[] {
  const [, name, value] = /^([^:]+):(.*)$/s.exec(textOf(tag) ?? '') ?? [];
  return name === undefined || value === undefined ? [] : [[name, value]];
}

/** Whether a group, by its parts, is muted: by a mute of the monitor, or by a downtime that is on. */
function mutedIn(monitor: unknown, now: number): (group: readonly string[]) => boolean {
  const { options, matching_downtimes: downtimes } = fields(monitor);
  const mutes = Object.entries(fields(fields(options).silenced))
    .filter(([, end]) => end === null || (numberOf(end) ?? 0) > now)
    .map(([scope]) => scope.split(','));
  const down = listOf(downtimes)
    .filter((downtime) => {
      const { start, end } = fields(downtime);
      return (numberOf(start) ?? 0) <= now && (numberOf(end) ?? Infinity) > now;
    })
    .map((downtime) => {
      const { scope } = fields(downtime);
      return typeof scope === 'string'
        ? scope.split(',')
        : listOf(scope).flatMap((one) => textOf(one) ?? []);
    });
  return (group) =>
    [...mutes, ...down].some(
      (scope) =>
        group.length === 0 ||
        scope.every((part) => part.trim() === '*' || group.includes(part.trim())),
    );
}
