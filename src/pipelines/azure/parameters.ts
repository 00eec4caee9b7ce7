import type { StartRequest } from '../../contract/pipeline.js';
import type { ApiResponse } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import { type Refusal, takenNames } from '../refusal.js';

/** The template parameter that tells a rollback from a deploy. */
export const MARKER = 'rollback';
/** The template parameter that carries the correlation id. */
export const ID_PARAMETER = 'rollback_id';

/** Values are texts, also of boolean parameters (`templateParameters` of `RunPipelineParameters`). */
export type Parameters = Readonly<Record<string, string>>;

export interface Offer {
  readonly marker: Parameters;
  /** Sent where the pipeline declares it. */
  readonly optional: Parameters;
  /** The user's own. */
  readonly given: Parameters;
}

/** What could be sent. A parameter of the user's replaces what is optional; Azure does not distinguish case in names. */
export function offerOf(request: StartRequest): Offer {
  const given = new Set(Object.keys(request.parameters).map(lower));
  const entries = Object.entries(request.optional);
  return {
    marker: Object.fromEntries(entries.filter(([name]) => name === MARKER)),
    optional: Object.fromEntries(
      entries.filter(([name]) => name !== MARKER && !given.has(lower(name))),
    ),
    given: request.parameters,
  };
}

export function allOf({ marker, optional, given }: Offer): Parameters {
  return { ...marker, ...optional, ...given };
}

/** What must not be set by the user. */
export function overridden(request: StartRequest): readonly Refusal[] {
  return takenNames(request.parameters, (name) => [MARKER, ID_PARAMETER].includes(lower(name)));
}

/**
 * Which of the parameters a refusal calls undeclared: `/rollback.yml: Unexpected parameter 'rollback_image'`, a line for each.
 * Names stand behind these words; before them is the path of a file, which may be called as a parameter is.
 */
export function undeclaredIn(answer: ApiResponse, sent: Parameters): readonly string[] {
  const { message } = fields(answer.data);
  if (answer.status !== 400 || typeof message !== 'string') return [];
  const named = new Set(
    [...message.matchAll(/\b(?:unexpected|unknown|undeclared) parameters?\b(.*)/gi)].flatMap(
      ([, rest = '']) => [...rest.matchAll(/[A-Za-z_][\w.-]*/g)].map(([name]) => lower(name)),
    ),
  );
  return Object.keys(sent).filter((name) => named.has(lower(name)));
}

/** Why a pipeline that does not declare these must not be started. */
export function undeclared(names: readonly string[], pipeline: string): readonly Refusal[] {
  return names.map((name) =>
    name === MARKER
      ? {
          message: `the pipeline ${pipeline} does not declare the parameter "${MARKER}", so it could not tell a rollback from a deploy`,
          fix: 'declare it under parameters:, on the branch or tag that it runs on',
        }
      : {
          message: `rollback-parameters has "${name}", which the pipeline ${pipeline} does not declare`,
          fix: 'declare it under parameters:, or take it out',
        },
  );
}

/** The offer without these optional parameters. */
export function without(offer: Offer, names: readonly string[]): Offer {
  return {
    ...offer,
    optional: Object.fromEntries(
      Object.entries(offer.optional).filter(([name]) => !names.includes(name)),
    ),
  };
}

function lower(name: string): string {
  return name.toLowerCase();
}
