import type { Problem } from '../../contract/result.js';
import { parse } from 'yaml';
import type { StartRequest } from '../../contract/pipeline.js';
import { fields } from '../../support/json.js';
import { takenNames } from '../settings.js';
import type { DeclaredJob } from './condition.js';

/** What a workflow file says about being started by hand. */
export interface Declaration {
  /** Whether it has the trigger `workflow_dispatch`. */
  readonly dispatch: boolean;
  readonly inputs: ReadonlyMap<string, DeclaredInput>;
  /** Whether its `run-name` shows the input `rollback_id`, by which a run is found again. */
  readonly showsId: boolean;
  readonly jobs: readonly DeclaredJob[];
}

interface DeclaredInput {
  readonly required: boolean;
  /** `string` unless said otherwise; also `boolean`, `choice`, `number`, `environment`. */
  readonly type: string;
  /** Its default as a text; `undefined`: it has none. */
  readonly preset: string | undefined;
}

/** The input that tells a rollback from a deploy. */
export const MARKER = 'rollback';
/** The input that carries the correlation id. */
export const ID_INPUT = 'rollback_id';

/**
 * Reads a workflow file. `on` may be a word, a list or a map; a YAML 1.1 reader has turned the key into `true`.
 * @throws when the text is not YAML.
 */
export function readDeclaration(text: string): Declaration {
  // Warnings of the parser would go to the process and from there to standard error.
  const file = fields(parse(text, { logLevel: 'error' }) as unknown);
  const on: unknown = file.on ?? file.true;
  const runName = file['run-name'];
  const named = Array.isArray(on) ? on : [on];
  const triggers = fields(Array.isArray(on) ? {} : on);
  const inputs = fields(fields(triggers.workflow_dispatch).inputs);
  return {
    dispatch: named.includes('workflow_dispatch') || 'workflow_dispatch' in triggers,
    inputs: new Map(
      Object.entries(inputs).map(([name, about]) => {
        const { required, default: preset, type } = fields(about);
        return [
          name,
          {
            required: required === true && preset === undefined,
            type: typeof type === 'string' ? type : 'string',
            preset: scalar(preset),
          },
        ];
      }),
    ),
    showsId: typeof runName === 'string' && /inputs(\.|\[')rollback_id\b/.test(runName),
    jobs: Object.entries(fields(file.jobs)).map(([id, about]) => {
      const { name, if: condition, needs } = fields(about);
      return {
        id,
        name: scalar(name) ?? id,
        condition: scalar(condition),
        needs: [needs].flat().filter((one) => typeof one === 'string'),
      };
    }),
  };
}

function scalar(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** What stands in the way where the server drops inputs that the workflow does not declare. */
export function mustBeRead(
  {
    system,
    folders,
  }: { readonly system: { readonly name: string }; readonly folders: readonly string[] },
  workflow: string,
  why: string,
): Problem {
  return {
    message: `the workflow ${workflow} could not be read (${why}), and ${system.name} drops inputs that it does not declare: its run might not know that it is a rollback`,
    fix: `put the file into ${folders[0] ?? ''} on the branch or tag that it runs on, and let the token read the code of the repository (in a workflow: permissions: contents: read)`,
  };
}

export interface Composed {
  readonly inputs: Readonly<Record<string, string>>;
  /** Why this must not be sent. */
  readonly problems: readonly Problem[];
}

/**
 * The inputs to send. GitHub refuses undeclared ones (422), so of what is optional only the declared ones are sent; when
 * the declaration could not be read, only the marker, without which a rollback could not be told from a deploy.
 */
export function composeInputs(
  request: StartRequest,
  declaration: Declaration | undefined,
  workflow: string,
): Composed {
  const isOurs = (name: string): boolean => name === MARKER || name === ID_INPUT;
  const problems = [...takenNames(request.parameters, isOurs)];
  const optional = Object.entries(request.optional).filter(
    ([name]) => declaration?.inputs.has(name) ?? name === MARKER,
  );
  const inputs = { ...Object.fromEntries(optional), ...request.parameters };
  if (declaration === undefined) return { inputs, problems };

  if (!declaration.dispatch) {
    return {
      inputs,
      problems: [
        ...problems,
        {
          message: `the workflow ${workflow} cannot be started by hand`,
          fix: 'add on: workflow_dispatch with the input "rollback"',
        },
      ],
    };
  }
  const declared = [...declaration.inputs.keys()];
  if (!declaration.inputs.has(MARKER)) {
    problems.push({
      message: `the workflow ${workflow} does not declare the input "${MARKER}", so it could not tell a rollback from a deploy`,
      fix: `declare it under on: workflow_dispatch: inputs`,
    });
  }
  for (const name of Object.keys(request.parameters)) {
    if (declaration.inputs.has(name) || isOurs(name)) continue;
    problems.push({
      message: `rollback-parameters has "${name}", which the workflow ${workflow} does not declare`,
      fix: `it declares: ${declared.join(', ') || 'nothing'}`,
    });
  }
  for (const [name, { required }] of declaration.inputs) {
    const value = inputs[name];
    if (!required || (value !== undefined && value !== '')) continue;
    problems.push({
      message: `the workflow ${workflow} requires the input "${name}", which is ${value === undefined ? 'not sent' : 'sent without a value'}`,
      fix: `give it a default, or ${value === undefined ? 'set it' : 'a value'} in rollback-parameters`,
    });
  }
  return { inputs, problems };
}
