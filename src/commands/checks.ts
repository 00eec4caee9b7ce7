import { createChecks } from '../sources/registry.js';
import type { Check } from '../contract/check.js';
import { inputs } from '../inputs/table.js';
import { withoutSecretInputs } from '../inputs/variables.js';
import { run as exec } from '../support/exec.js';
import { type TargetSession } from './session.js';

/** Fresh checks, as configured. `leastRate`: of own probes, per URL and second. */
export function checksOf(session: TargetSession, leastRate = 0): Promise<readonly Check[]> {
  const { entry, settings, resolution, http, limits, redactor } = session;
  return createChecks({
    settings,
    entries: resolution.checks,
    clock: entry.clock,
    random: entry.random,
    http,
    limits,
    exec,
    env: withoutSecretInputs(entry.env, inputs),
    redact: (text) => redactor.redact(text),
    leastRate,
  });
}
