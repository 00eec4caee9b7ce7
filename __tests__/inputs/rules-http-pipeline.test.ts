import { describe, expect, it } from '@jest/globals';
import { resolveWith } from '../support/resolve-inputs.js';

const complete = {
  'ci-system': 'http',
  'http-url': 'https://ci.example/api',
  'http-start-path': 'runs',
  'http-run-id': '/id',
  'http-state-path': 'runs/{{run_id}}',
  'http-state': '/state',
  'http-states': 'ok=succeeded\nbad=failed',
};

function problems(flags: Readonly<Record<string, string>>): string[] {
  return resolveWith({ flags }).problems.map(
    ({ subject, message, fix = '' }) => `${subject}: ${message} (${fix})`,
  );
}

describe('the http CI system', () => {
  it('is valid with a complete description', () => {
    expect(problems(complete)).toEqual([]);
  });

  it.each(Object.keys(complete).filter((id) => id !== 'ci-system'))(
    '%s missing: a problem',
    (id) => {
      expect(problems({ ...complete, [id]: '' })).toEqual([
        expect.stringMatching(
          new RegExp(`^${id}: is missing: \`ci-system\` is \`http\`.*set it to`),
        ),
      ]);
    },
  );

  it('several inputs missing: all are named at once', () => {
    expect(problems({ 'ci-system': 'http' }).map((text) => text.split(':')[0])).toEqual([
      'http-url',
      'http-start-path',
      'http-run-id',
      'http-state-path',
      'http-state',
      'http-states',
    ]);
  });

  it('needs only its start when the run is not followed', () => {
    const { 'http-url': url, 'http-start-path': path } = complete;
    expect(
      problems({
        'ci-system': 'http',
        'rollback-wait': 'false',
        'http-url': url,
        'http-start-path': path,
      }),
    ).toEqual([]);
  });

  it('needs nothing when ci is not in the chain', () => {
    expect(problems({ 'ci-system': 'http', rollback: 'compose' })).toEqual([]);
  });

  it('an invalid input is not reported as missing, too', () => {
    expect(problems({ ...complete, 'http-state': 'state' })).toEqual([
      expect.stringMatching(/^http-state: `state` is not a JSON Pointer/),
    ]);
  });

  it.each([
    ['http-url', 'https://me:hunter22@ci.example/', /holds a user name or a password.*Basic/],
    ['http-url', 'https://ci.example/?token=hunter22', /has a query or a fragment/],
    ['http-url', 'https://ci.example/#hunter22', /has a query or a fragment/],
    ['http-states', 'ok=succeeded', /no word means `failed`/],
    ['http-states', 'bad=failed', /no word means `succeeded`/],
    ['http-start-method', 'GET', /not known here.*`post`, `put`, `patch`/],
    ['http-cancel-path', 'runs/{{rollback_id}}', /not known here.*\{\{run_id\}\}/],
    ['http-find-path', 'runs/{{parameters.x}}', /not known here/],
  ])('%s: %s: a problem', (id, text, says) => {
    const found = problems({ ...complete, [id]: text });
    expect(found).toEqual([expect.stringMatching(says)]);
    expect(found.join()).not.toContain('hunter22');
  });

  it.each([
    [
      { 'ci-system': 'gitlab' },
      /^http-url: is set \(from --http-url\), and `ci-system` is `gitlab`/,
    ],
    [{}, /`ci-system` is not set.*set `ci-system` to `http`/],
  ])('an http input with %j: a problem', (flags, says) => {
    expect(problems({ ...flags, 'http-url': 'https://ci.example' })).toEqual([
      expect.stringMatching(says),
    ]);
  });

  it('headers for an address that only the file names: a problem', () => {
    const { 'http-url': url, ...rest } = complete;
    const file = (extra: string): string =>
      `${Object.entries(rest)
        .map(([id, text]) => `${id}: ${JSON.stringify(text)}`)
        .join('\n')}\n${extra}`;
    const env = { ROLLGATE_HTTP_HEADERS: 'Authorization: Bearer abcdef123456' };
    expect(
      resolveWith({ env, files: { 'rollgate.yml': file(`http-url: ${url}`) } }).problems,
    ).toMatchObject([{ subject: 'http-url', message: expect.stringMatching(/`http-headers`/) }]);
    const apart = { env: { ...env, ROLLGATE_HTTP_URL: url }, files: { 'rollgate.yml': file('') } };
    expect(resolveWith(apart).problems).toEqual([]);
    expect(resolveWith(apart).secrets).toEqual(
      expect.arrayContaining(['Bearer abcdef123456', 'abcdef123456']),
    );
  });

  it('headers in the file: a problem', () => {
    const content = `ci-system: http\nhttp-headers: 'X-Api-Key: abcdef123456'`;
    const { problems: found } = resolveWith({ files: { 'rollgate.yml': content } });
    expect(found).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/`http-headers` holds a secret/) }),
    );
  });

  it('http-states as a map in the file: accepted', () => {
    const content = 'http-states:\n  done/ok: succeeded\n  "false": failed\n';
    const { settings } = resolveWith({ files: { 'rollgate.yml': content } });
    expect(settings['http-states']).toEqual({ 'done/ok': 'succeeded', false: 'failed' });
  });
});
