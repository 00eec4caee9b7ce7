import { bad, good, type Problem, type Result } from '../../contract/result.js';
import type { StartRequest } from '../../contract/pipeline.js';
import type { ApiRequest } from '../../support/http/api.js';
import {
  fill,
  inForm,
  inJson,
  inUrl,
  namesIn,
  type Encode,
  type Template,
} from '../../support/template.js';
import type { Description } from './description.js';

const PARAMETER = 'parameters.';

/** The call that starts a run, and why it must not be sent. */
export function composeStart(
  description: Description,
  request: StartRequest,
): { readonly call: ApiRequest; readonly problems: readonly Problem[] } {
  const { start, contentType } = description;
  const valueOf = valuesOf(request);
  const body = bodyOf(start.body, contentType, valueOf);
  return {
    call: {
      method: start.method,
      path: pathOf(start.path, valueOf),
      ...(body.ok ? body.value : {}),
    },
    problems: [
      ...refProblems(start, request),
      ...parameterProblems(start, request),
      ...(body.ok ? [] : [{ ...body.problem, message: `http-start-body ${body.problem.message}` }]),
    ],
  };
}

/** The call that lists the runs among which ours may be. */
export function composeFind(path: Template, request: StartRequest): ApiRequest {
  return { method: 'GET', path: pathOf(path, valuesOf(request)) };
}

/** The call that shows a run. */
export function composeState(path: Template, runId: string): ApiRequest {
  return { method: 'GET', path: pathOf(path, () => runId) };
}

/** The call that ends a run, or why it cannot be made. */
export function composeCancel(
  cancel: NonNullable<Description['cancel']>,
  contentType: string,
  runId: string,
): Result<ApiRequest> {
  const body = bodyOf(cancel.body, contentType, () => runId);
  if (!body.ok) {
    const { problem } = body;
    return { ok: false, problem: { ...problem, message: `http-cancel-body ${problem.message}` } };
  }
  return good({ method: cancel.method, path: pathOf(cancel.path, () => runId), ...body.value });
}

/** The names of all placeholders of what starts a run. */
export function namesSent({ path, body }: Description['start']): readonly string[] {
  return [path, body].flatMap((template) => (template === undefined ? [] : namesIn(template)));
}

function valuesOf(request: StartRequest): (name: string) => string {
  const { optional, parameters, ref, correlationId } = request;
  const values: Readonly<Record<string, string | undefined>> = {
    rollback_id: correlationId,
    ref,
    target: optional.rollback_target,
    revision: optional.rollback_revision,
    image: optional.rollback_image,
  };
  return (name) =>
    (name.startsWith(PARAMETER) ? parameters[name.slice(PARAMETER.length)] : values[name]) ?? '';
}

/** Relative to the root of the API, whatever it begins with: `/x` would leave its path, `x:y` is a URL by itself. */
function pathOf(path: Template, valueOf: (name: string) => string): string {
  return `./${fill(path, valueOf, inUrl).replace(/^\/+/, '')}`;
}

function bodyOf(
  template: Template | undefined,
  contentType: string,
  valueOf: (name: string) => string,
): Result<Pick<ApiRequest, 'text' | 'headers'>> {
  if (template === undefined) return good({});
  const encode = encodeFor(contentType);
  if (encode === undefined) {
    return bad(
      `is neither JSON nor a form: its type is ${contentType}`,
      'give the header Content-Type as application/json or application/x-www-form-urlencoded',
    );
  }
  const text = fill(template, valueOf, encode);
  if (encode === inJson && !isJson(text)) {
    return bad(
      'is not JSON when its placeholders are filled in',
      'write placeholders between quotes, such as "{{rollback_id}}", and check the commas and brackets',
    );
  }
  return good({ text, headers: { 'content-type': contentType } });
}

function encodeFor(contentType: string): Encode | undefined {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return inForm;
  return type === 'application/json' || type.endsWith('+json') ? inJson : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function refProblems(start: Description['start'], { ref }: StartRequest): readonly Problem[] {
  const sent = namesSent(start).includes('ref');
  if (sent && ref === undefined) {
    return [
      {
        message: 'the description of the start has {{ref}}, and rollback-ref is not set',
        fix: 'set rollback-ref to the branch or tag that the rollback pipeline runs on',
      },
    ];
  }
  return !sent && ref !== undefined
    ? [
        {
          message:
            'rollback-ref is set, and neither http-start-path nor http-start-body has {{ref}}',
          fix: 'put {{ref}} where the system expects the branch or tag, or take rollback-ref out',
        },
      ]
    : [];
}

function parameterProblems(
  start: Description['start'],
  { parameters }: StartRequest,
): readonly Problem[] {
  const sent = namesSent(start)
    .filter((name) => name.startsWith(PARAMETER))
    .map((name) => name.slice(PARAMETER.length));
  return [
    ...sent
      .filter((name) => !Object.hasOwn(parameters, name))
      .map((name) => ({
        message: `the description of the start has {{${PARAMETER}${name}}}, and rollback-parameters has no "${name}"`,
        fix: `add ${name}=... to rollback-parameters`,
      })),
    ...Object.keys(parameters)
      .filter((name) => !sent.includes(name))
      .map((name) => ({
        message: `rollback-parameters has "${name}", which neither http-start-path nor http-start-body sends`,
        fix: `put {{${PARAMETER}${name}}} where the system expects it`,
      })),
  ];
}
