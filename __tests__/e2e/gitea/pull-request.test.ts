import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { quick, type Ended, Workplace } from '../../support/bundle.js';
import { serve, type HttpTestServer } from '../../support/servers.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { Gitea } from './server.js';

const FILE = 'apps/shop/image.yaml';

interface PullRequest {
  readonly number: number;
  readonly html_url: string;
  readonly head: { readonly ref: string; readonly sha: string };
}

/** The strategy `git` of the bundle, and pull requests on a real Gitea. */
describeWith('a rollback by pull request on a real Gitea', lacking(), () => {
  let gitea: Gitea;
  let service: HttpTestServer;
  const places: Workplace[] = [];
  beforeAll(async () => {
    gitea = await Gitea.start();
    service = await serve((_, response) => {
      response.writeHead(503).end();
    });
  });
  afterEach(() => {
    for (const place of places.splice(0)) place.remove();
  });
  afterAll(async () => {
    await service.close();
    await gitea.stop();
  });

  interface Deploy {
    readonly repository: string;
    readonly place: Workplace;
    /** As this token's owner may do it. */
    token: string;
    call(command: string, ...more: readonly string[]): Promise<Ended>;
  }

  /** A good version, its snapshot, and a bad one. */
  async function deployedBadly(name: string): Promise<Deploy> {
    const repository = await gitea.repository(name, { [FILE]: 'image: shop:v1\n' });
    const place = new Workplace();
    places.push(place);
    const deploy: Deploy = { repository, place, token: gitea.token, call };
    function call(command: string, ...more: readonly string[]): Promise<Ended> {
      return place.run(
        [
          ...[command, '--git-repository', `${gitea.url}/${repository}.git`],
          ...['--git-path', 'apps/shop', '--gitea-url', gitea.url, '--rollback', 'git'],
          ...['--url', service.url, '--url-before', 'absent'],
          ...more,
        ],
        {
          ...{ PATH: process.env.PATH!, ROLLGATE_GIT_TOKEN: deploy.token, ROLLGATE_RUN_ID: '7' },
          ...{ ROLLGATE_GIT_MODE: 'pull-request', ROLLGATE_VERIFY_TIMEOUT: '4s' },
        },
      );
    }
    expect(await call('snapshot')).toMatchObject({ code: 0 });
    await gitea.change(repository, FILE, 'image: shop:v2\n');
    return deploy;
  }

  const list = async (repository: string, what: string): Promise<readonly unknown[]> =>
    (await gitea.api('GET', `repos/${repository}/${what}`)) as readonly unknown[];

  const branches = async (repository: string): Promise<readonly string[]> =>
    (await list(repository, 'branches')).map((one) => (one as { name: string }).name);

  async function text(repository: string): Promise<string> {
    const file = await gitea.api('GET', `repos/${repository}/contents/${FILE}`);
    return Buffer.from((file as { content: string }).content, 'base64').toString();
  }

  it('one is opened, found again by the next run, and brings the old version back when it is merged', async () => {
    const { repository, place, call } = await deployedBadly('well');
    expect(await call('preflight')).toMatchObject({ code: 0 });
    const first = await call('run', ...quick);
    const [request] = (await list(repository, 'pulls')) as readonly PullRequest[];
    const { number, html_url: url, head } = request!;
    expect(place.report()).toMatchObject({
      verdict: 'unhealthy',
      exitCode: 3,
      targets: [
        {
          rollback: {
            status: 'unverified',
            attempts: [{ id: 'git', outcome: 'triggered', url, runId: String(number) }],
          },
        },
      ],
    });
    expect(first.code).toBe(3);
    expect(head.ref).toMatch(/^rollgate\/rollback-[0-9a-f]{10}$/);
    expect(await text(repository)).toBe('image: shop:v2\n');

    const second = await call('run', ...quick);
    expect(second.output).toContain(`Pull request #${String(number)} was open already`);
    expect(await list(repository, 'pulls')).toMatchObject([{ number, head: { sha: head.sha } }]);

    await gitea.api('POST', `repos/${repository}/pulls/${String(number)}/merge`, { Do: 'merge' });
    expect(await text(repository)).toBe('image: shop:v1\n');
  });

  it('a branch that is protected: no push to it is let through, and the pull request is opened', async () => {
    const { repository, place, call } = await deployedBadly('protected');
    await gitea.api('POST', `repos/${repository}/branch_protections`, {
      rule_name: 'main',
      enable_push: false,
    });
    await call('run', ...quick, '--git-mode', 'push');
    expect(place.report()).toMatchObject({
      targets: [{ rollback: { status: 'failed', attempts: [{ id: 'git', outcome: 'failed' }] } }],
    });
    await call('run', ...quick);
    expect(await list(repository, 'pulls')).toHaveLength(1);
  });

  it('a repository without pull requests: preflight says so', async () => {
    const { repository, call } = await deployedBadly('without');
    await gitea.api('PATCH', `repos/${repository}`, { has_pull_requests: false });
    const { code, output } = await call('preflight');
    expect(output).toContain(`${repository} has pull requests switched off`);
    expect(code).toBe(2);
  });

  it('a token that may only read: failed, with what it needs, and nothing is left behind', async () => {
    const deploy = await deployedBadly('reader');
    const { repository, place, call } = deploy;
    deploy.token = gitea.accessToken('reader', 'read:repository');
    const { code, output } = await call('preflight');
    expect(output).toContain('give `git-token` the right to write contents');
    expect(code).toBe(2);
    await call('rollback', '--reason', 'by hand');
    expect(place.report()).toMatchObject({
      targets: [
        {
          rollback: {
            attempts: [{ id: 'git', detail: expect.stringMatching(/^nothing was pushed: /) }],
          },
        },
      ],
    });
    expect(await branches(repository)).toEqual(['main']);
  });
});
