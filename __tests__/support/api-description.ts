import { Ajv, type ValidateFunction } from 'ajv';
import azure from './azure-openapi.json' with { type: 'json' };
import circleci from './circleci-openapi.json' with { type: 'json' };
import datadog from './datadog-openapi.json' with { type: 'json' };
import github from './github-openapi.json' with { type: 'json' };
import gitlab from './gitlab-openapi.json' with { type: 'json' };
import type { StandInRequest } from './stand-in.js';

type Content = Readonly<Record<string, { readonly schema: object } | undefined>>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: { readonly type?: string; readonly format?: string };
}

/** One operation of an API, as its description has it. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses?: Readonly<Record<string, { readonly content: Content }>>;
  /** Parameters that are refused together. */
  readonly exclusive: readonly (readonly string[])[];
}

/** One request, and what came back when that is of interest. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly contentType: string | null;
  readonly sent: string;
  readonly status?: number;
  readonly received?: string;
}

interface DescribedApi {
  readonly operations: readonly Operation[];
  operationOf(exchange: Pick<Exchange, 'method' | 'url'>): Operation | undefined;
  /** What is wrong with a request, or with the answer to it when that is 2xx. */
  check(exchange: Exchange): readonly string[];
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

// OpenAPI 3.0 has `nullable`, which ajv knows beside a `type`; everywhere else in these extracts there is one.
const ajv = new Ajv({
  strict: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'date-time': (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text),
    uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
    email: /@/,
    int32: true,
    int64: true,
  },
});

/**
 * The value of a text in a path or a query. A date may be a range of GitHub (`created` of the runs, "Understanding the search
 * syntax" of its documentation), which its schema does not know.
 */
function meant(text: string, { type, format }: Parameter['schema']): unknown {
  if (format === 'date-time') return text.replace(/^[<>]=?/, '');
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : text);
  return type !== 'string' && /^\d+$/.test(text) ? Number(text) : text;
}

/** The body of a form: `variables[KEY]` is a key of a map, as Rack reads it. */
function formOf(sent: string): unknown {
  const form: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(sent)) {
    const [, map, key] = /^(\w+)\[(.+)\]$/.exec(name) ?? [];
    if (map === undefined || key === undefined) form[name] = value;
    else form[map] = { ...(form[map] as object | undefined), [key]: value };
  }
  return form;
}

/**
 * @param name of the system.
 * @param base what stands in front of every path.
 * @param long what parameters of a path look like that hold slashes.
 */
export function describeApi(
  name: string,
  description: Description,
  base = '',
  long: Readonly<Record<string, string>> = {},
): DescribedApi {
  const id = name.replaceAll(' ', '');
  ajv.addSchema(description, id);
  const compiled = new Map<object, ValidateFunction>();
  const operations = Object.entries(description.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, given]): Operation => {
      const about = given as Omit<Operation, 'name' | 'method' | 'pattern' | 'exclusive'> & {
        readonly 'x-exclusive'?: Operation['exclusive'];
      };
      const pattern = template.replace(
        /\{([\w-]+)\}/g,
        (_, key: string) => `(?<${groupOf(key)}>${long[key] ?? '[^/]+'})`,
      );
      return {
        ...about,
        name: `${method.toUpperCase()} ${template}`,
        method: method.toUpperCase(),
        pattern: new RegExp(`^${base}${pattern}$`),
        exclusive: about['x-exclusive'] ?? [],
      };
    }),
  );

  /** What is wrong with a value, by a schema of the description. */
  const faultsOf = (schema: object, value: unknown): string => {
    let validate = compiled.get(schema);
    if (validate === undefined) {
      const text = JSON.stringify(schema).replaceAll('"#/components/', `"${id}#/components/`);
      validate = ajv.compile(JSON.parse(text) as object);
      compiled.set(schema, validate);
    }
    return validate(value) ? '' : ajv.errorsText(validate.errors);
  };

  const operationOf: DescribedApi['operationOf'] = ({ method, url }) =>
    operations.find((one) => one.method === method && one.pattern.test(url.pathname));

  return {
    operations,
    operationOf,
    check(exchange) {
      const { method, url } = exchange;
      const operation = operationOf(exchange);
      if (operation === undefined) return [`${method} ${url.pathname} is no operation of ${name}`];
      const problems: string[] = [];
      const tell = (where: string, what: string): void => {
        if (what !== '') problems.push(`${operation.name}, ${where}: ${what}`);
      };
      checkParameters(operation, url, faultsOf, tell);
      checkBody(operation, exchange, faultsOf, tell);

      const { status, received = '' } = exchange;
      if (status === undefined || status >= 300 || operation.responses === undefined)
        return problems;
      const answer = operation.responses[String(status)];
      if (answer === undefined) tell('answer', `${String(status)} is not known`);
      else {
        const schema = answer.content['application/json']?.schema;
        if (schema === undefined)
          tell(`answer ${String(status)}`, received === '' ? '' : 'has a body');
        else tell(`answer ${String(status)}`, faultsOf(schema, JSON.parse(received)));
      }
      return problems;
    },
  };

  function resolved(schema: object): { readonly properties?: object } {
    const { $ref } = schema as { $ref?: string };
    return $ref === undefined
      ? schema
      : (description.components.schemas[$ref.replace('#/components/schemas/', '')] ?? {});
  }

  function checkBody(
    { requestBody }: Operation,
    { sent, contentType }: Exchange,
    faults: typeof faultsOf,
    tell: (where: string, what: string) => void,
  ): void {
    if (requestBody === undefined) {
      // An SDK may send an empty object where nothing is to be said.
      tell('body', sent === '' || sent === '{}' ? '' : 'is not known');
      return;
    }
    const type = (contentType ?? '').split(';', 1)[0] ?? '';
    const types = Object.keys(requestBody.content);
    const schema = requestBody.content[type]?.schema;
    if (sent === '' && contentType === null) return;
    if (schema === undefined) {
      tell('content type', types.includes('application/json') ? 'is not JSON' : 'is not known');
      return;
    }
    const body = (type === 'application/json' ? JSON.parse(sent) : formOf(sent)) as object;
    tell('body', faults(schema, body));
    const known = Object.keys(resolved(schema).properties ?? {});
    for (const key of Object.keys(body)) {
      tell(`body, ${key}`, known.includes(key) ? '' : 'is not known');
    }
  }
}

function checkParameters(
  { parameters, pattern, exclusive }: Operation,
  url: URL,
  faultsOf: (schema: object, value: unknown) => string,
  tell: (where: string, what: string) => void,
): void {
  const inPath = pattern.exec(url.pathname)?.groups ?? {};
  const given = new Map(url.searchParams);
  for (const { name, in: place, required, schema } of parameters) {
    const value =
      place === 'path' ? decodeURIComponent(inPath[groupOf(name)] ?? '') : given.get(name);
    if (place !== 'path') given.delete(name);
    if (value === undefined) tell(name, required ? 'is required' : '');
    else tell(name, faultsOf(schema, meant(value, schema)));
  }
  for (const name of given.keys()) tell(name, 'is not known');
  for (const names of exclusive) {
    if (names.filter((name) => url.searchParams.has(name)).length > 1)
      tell(names.join(', '), 'exclude each other');
  }
}

function groupOf(parameter: string): string {
  return parameter.replaceAll('-', '_');
}

/** The APIs whose descriptions, as far as we call them, stand beside this file. */
export const describedApis: Readonly<Record<string, DescribedApi>> = {
  github: describeApi('GitHub', github, '', { ref: '.+', path: '.+' }),
  gitlab: describeApi('GitLab', gitlab, '/api/v4'),
  circleci: describeApi('CircleCI', circleci, '/api/v2', { 'project-slug': '[^/]+/[^/]+/[^/]+' }),
  azure: describeApi('Azure DevOps', azure),
  datadog: describeApi('Datadog', datadog),
};

/** What is wrong with requests that a stand-in got, by the description of its API. A system without one takes everything. */
export function misfits(system: string, requests: readonly StandInRequest[]): readonly string[] {
  return requests.flatMap(
    ({ method, url, headers, body }) =>
      describedApis[system]?.check({
        method,
        url: new URL(url, 'http://stand-in'),
        contentType: headers['content-type'] === undefined ? null : String(headers['content-type']),
        sent: body,
      }) ?? [],
  );
}
