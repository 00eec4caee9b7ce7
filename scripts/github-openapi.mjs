import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

// Cuts what the GitHub client calls out of GitHub's own description of its API, for the tests to hold both the client and
// the server that stands in for GitHub against it. The package with the whole of it weighs 400 MB, far too much for a
// development dependency: it is installed into a temporary folder, when somebody wants the extract renewed
// (node scripts/github-openapi.mjs).
const SOURCE = '@octokit/openapi';
const VERSION = '23.0.2';
const TARGET = '__tests__/support/github-openapi.json';

const operations = [
  ['get', '/repos/{owner}/{repo}'],
  ['get', '/repos/{owner}/{repo}/contents/{path}'],
  ['get', '/repos/{owner}/{repo}/git/ref/{ref}'],
  ['get', '/repos/{owner}/{repo}/actions/workflows/{workflow_id}'],
  ['post', '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches'],
  ['get', '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs'],
  ['get', '/repos/{owner}/{repo}/actions/runs'],
  ['get', '/repos/{owner}/{repo}/actions/runs/{run_id}'],
  ['get', '/repos/{owner}/{repo}/actions/runs/{run_id}/jobs'],
  ['post', '/repos/{owner}/{repo}/actions/runs/{run_id}/cancel'],
];

/** The keywords of a schema that hold no other schema. */
const RULES = new Set([
  ...['type', 'format', 'enum', 'nullable', 'required', 'pattern'],
  ...['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'],
  ...['minProperties', 'maxProperties', 'uniqueItems'],
]);

const folder = mkdtempSync(join(tmpdir(), 'github-openapi-'));
try {
  const isWindows = process.platform === 'win32';
  execFileSync(
    'npm',
    [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `${SOURCE}@${VERSION}`,
    ],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: isWindows,
    },
  );
  const installed = join(folder, 'node_modules', SOURCE);
  const whole = JSON.parse(
    readFileSync(join(installed, 'generated', 'api.github.com.json'), 'utf8'),
  );
  const text = JSON.stringify({
    source: `${SOURCE} ${VERSION}, generated/api.github.com.json: these operations and what they refer to, without descriptions and examples`,
    licence: readFileSync(join(installed, 'LICENSE'), 'utf8').trim().split(/\r?\n/),
    ...extract(whole),
  });
  const options = await resolveConfig(TARGET);
  writeFileSync(TARGET, await format(text, { ...options, parser: 'json' }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function extract(whole) {
  const schemas = {};
  const paths = {};
  for (const [method, path] of operations) {
    const { parameters, requestBody, responses } = whole.paths[path][method];
    paths[path] ??= {};
    paths[path][method] = {
      parameters: parameters.map((given) => {
        const { name, in: place, required = false, schema } = resolve(given);
        return { name, in: place, required, schema: bare(schema) };
      }),
      ...(requestBody === undefined
        ? {}
        : { requestBody: { content: json(resolve(requestBody).content) } }),
      responses: Object.fromEntries(
        Object.entries(responses)
          .filter(([status]) => status.startsWith('2'))
          .map(([status, given]) => [status, { content: json(resolve(given).content) }]),
      ),
    };
  }
  return { openapi: whole.openapi, paths, components: { schemas } };

  function resolve(given) {
    if (given.$ref === undefined) return given;
    return given.$ref
      .split('/')
      .slice(1)
      .reduce((at, name) => at[name], whole);
  }

  function json(content) {
    const schema = content?.['application/json']?.schema;
    return schema === undefined ? {} : { 'application/json': { schema: bare(schema) } };
  }

  /** Only what says whether a value is right. Keeps the schemas that it refers to. */
  function bare(schema) {
    if (typeof schema !== 'object' || schema === null) return schema;
    if (schema.$ref !== undefined) {
      const name = schema.$ref.replace('#/components/schemas/', '');
      if (schemas[name] === undefined) {
        // Before its own schema is looked at: some refer to themselves.
        schemas[name] = {};
        schemas[name] = bare(whole.components.schemas[name]);
      }
      return { $ref: schema.$ref };
    }
    const kept = {};
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'properties') {
        kept[key] = Object.fromEntries(Object.entries(value).map(([name, of]) => [name, bare(of)]));
      } else if (['allOf', 'anyOf', 'oneOf'].includes(key)) {
        kept[key] = value.map(bare);
      } else if (['items', 'additionalProperties', 'not'].includes(key)) {
        kept[key] = bare(value);
      } else if (RULES.has(key)) {
        kept[key] = value;
      }
    }
    return kept;
  }
}
