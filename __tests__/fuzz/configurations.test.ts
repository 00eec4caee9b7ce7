import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { main } from '../../src/commands/main.js';
import { limitOptions } from '../../src/inputs/checks/limits.js';
import { inputIds, inputOf, type InputId } from '../../src/inputs/table.js';
import { allVariables } from '../../src/inputs/variables.js';
import { sources } from '../../src/sources/registry.js';
import { systemFiles } from '../../src/support/files.js';
import { entryWith } from '../support/entry.js';
import { anyText } from '../support/any-text.js';

/** A failing run says which seed and path repeat it. */
const seed = Number(process.env.ROLLGATE_FUZZ_SEED ?? 20_261_129);
const numRuns = Number(process.env.ROLLGATE_FUZZ_RUNS ?? 150);
/** For one configuration, of processor time: a busy machine does not matter. */
const MOST_MS = 2000;

/** Texts that some type takes, and texts that none should trip over. */
const text = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      ' ',
      'off',
      'true',
      'no',
      '0',
      '-1',
      '1e999',
      '95',
      '0.95',
      '95%',
      '5m',
      '1h30m',
      '90s',
    ],
    ...['http://shop.test/', 'https://user:pw@shop.test/?token=x', 'file:///etc/passwd', '//x'],
    ...['deployment/api', 'p95 < 800ms', '200-399', 'a=b', 'Authorization: Bearer x', 'X: '],
    ...['http_requests_total{app="shop"}', 'sum(rate(x[5m]))', '(a+)+$', '[', '{{x}}', '${{ x }}'],
    ...['__proto__', 'constructor', 'toString', '../../etc', 'refs/heads/main', '42', 'acme/shop'],
    ...['::error::x', '##vso[task.complete]', '\u0085::set-output::', '\u202egnp', '\u0000', '💥'],
    ...['github', 'gitlab', 'none', 'kubernetes,ci', 'run', 'unhealthy', 'strict', 'prometheus'],
  ),
  fc.string({ maxLength: 40 }),
  anyText({ maxLength: 20 }),
  fc.integer({ min: 1, max: 50 }).map((n) => 'a, b\n'.repeat(n)),
  fc.nat(20_000).map((n) => '9'.repeat(n)),
);

/** What may stand for a value in YAML. */
const node = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.oneof(fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(text, tie('node'), { maxKeys: 4 }),
  ),
})).node;

const id = fc.constantFrom<InputId>(...inputIds);
/** Mostly names that there are; some that are misspelt. */
const key = fc.oneof(
  { arbitrary: id, weight: 8 },
  { arbitrary: id.map((name) => name.replace(/[aeo]/, '')), weight: 1 },
  { arbitrary: text, weight: 1 },
);

const options = Object.entries(sources).flatMap(([, { options: own }]) => Object.keys(own));
const checkKey = fc.constantFrom(
  'id',
  'source',
  'baseline',
  ...Object.keys(limitOptions),
  ...options,
);
const check = fc.record(
  {
    id: fc.oneof(fc.constantFrom('a', 'b', 'success-rate'), text),
    source: fc.oneof(fc.constantFrom(...Object.keys(sources)), text),
    rest: fc.dictionary(checkKey, fc.oneof(text, node), { maxKeys: 6 }),
  },
  { requiredKeys: ['source', 'rest'] },
);
const checks = fc.array(
  check.map(({ rest, ...named }) => ({ ...named, ...rest })),
  { maxLength: 4 },
);
const scope = fc.record(
  {
    inputs: fc.dictionary(key, fc.oneof({ arbitrary: text, weight: 3 }, node), { maxKeys: 8 }),
    checks: fc.oneof({ arbitrary: checks, weight: 3 }, node),
    targets: fc.oneof(
      {
        arbitrary: fc.array(
          fc
            .record({ name: text, inputs: fc.dictionary(key, text, { maxKeys: 4 }), checks })
            .map(({ inputs, ...target }) => ({ ...target, ...inputs })),
          { maxLength: 3 },
        ),
        weight: 3,
      },
      node,
    ),
  },
  { requiredKeys: ['inputs'] },
);
/** One that is right, with hardly anything else: what is wrong here is wrong by itself. */
const nearlyRight = fc
  .tuple(fc.dictionary(key, text, { maxKeys: 1 }), fc.constantFrom(true, false))
  .map(([more, withTarget]) => {
    const base = { url: 'http://shop.test/', rollback: 'command', 'rollback-command': 'true' };
    return withTarget ? { targets: [{ name: 'a', ...base, ...more }] } : { ...base, ...more };
  });
const file = fc.oneof(
  { arbitrary: nearlyRight.map((value) => stringify(value)), weight: 4 },
  {
    arbitrary: scope.map(({ inputs, ...rest }) => stringify({ ...inputs, ...rest })),
    weight: 6,
  },
  { arbitrary: node.map((value) => stringify(value)), weight: 1 },
  { arbitrary: fc.string({ maxLength: 200 }), weight: 1 },
);

const flags = fc
  .array(fc.tuple(key, fc.option(text, { nil: undefined })), { maxLength: 3 })
  .map((pairs) =>
    pairs.flatMap(([name, value]) => (value === undefined ? [`--${name}`] : [`--${name}`, value])),
  );
const variables = id.chain((name) => fc.constantFrom(...allVariables(name, inputOf(name))));
const system = fc.constantFrom<Readonly<Record<string, string>>>(
  {},
  { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '7' },
  { GITLAB_CI: 'true', CI_PROJECT_ID: '42', CI_PIPELINE_ID: '7', CI_JOB_ID: '8' },
  { JENKINS_URL: 'http://jenkins.test/', BUILD_NUMBER: '7', BUILD_TAG: 'x' },
  { CIRCLECI: 'true' },
  { TF_BUILD: 'True', SYSTEM_TEAMPROJECT: 'shop' },
);
/** Whatever becomes of the rest, these are shown nowhere. */
const secrets = variables
  .filter((name) =>
    inputIds.some(
      (each) => inputOf(each).secret === true && allVariables(each, inputOf(each)).includes(name),
    ),
  )
  .map((name) => ({ [name]: 'Authorization: Bearer s3cret' }));
const environment = fc
  .tuple(system, fc.dictionary(variables, text, { maxKeys: 5 }), fc.option(secrets, { nil: {} }))
  .map(([own, more, secret]) => ({ ...own, ...more, ...secret }));

describe('any configuration', () => {
  it(`is accepted or refused with plain words, touches nothing, and takes no time (${String(numRuns)} of them, seed ${String(seed)})`, async () => {
    // The package that GitHub's runner is spoken to by writes to it by itself.
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = () => true;
    const connect = Socket.prototype.connect;
    const connections: unknown[] = [];
    Socket.prototype.connect = function refuse(this: Socket, ...args: unknown[]): Socket {
      connections.push(args);
      return this;
    };
    const codes = new Map<number, number>();
    try {
      await fc.assert(
        fc.asyncProperty(file, flags, environment, async (content, argv, env) => {
          let output = '';
          const before = process.cpuUsage();
          const code = await main(
            entryWith({
              argv: ['validate', ...argv],
              env,
              write: (part) => {
                output += part;
              },
              files: {
                ...systemFiles,
                read: (path) => (path === 'rollgate.yml' ? content : undefined),
                append: () => undefined,
                replaceLog: () => () => undefined,
                remove: () => undefined,
                mkdir: () => Promise.resolve(undefined),
                writeFile: () => Promise.resolve(),
              },
            }),
          );
          const { user, system: own } = process.cpuUsage(before);
          codes.set(code, (codes.get(code) ?? 0) + 1);
          expect([0, 2]).toContain(code);
          expect(output).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
          expect(output).not.toMatch(/TypeError|RangeError|undefined is not|\[object Object\]/);
          // Where the system is asked to mask it, it must stand.
          expect(output.replace(/^.*(task\.setsecret|::add-mask::).*$/gm, '')).not.toContain(
            's3cret',
          );
          expect((user + own) / 1000).toBeLessThan(MOST_MS);
        }),
        { seed, numRuns },
      );
    } finally {
      Socket.prototype.connect = connect;
      process.stdout.write = write;
    }
    expect(connections).toEqual([]);
    // Both ends are met, so that neither generator is all noise.
    expect([...codes.keys()].sort()).toEqual([0, 2]);
  });
});
