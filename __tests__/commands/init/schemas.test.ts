import { afterEach, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { Repository, ways, writtenFor, type System, type Way } from '../../support/initialised.js';
import { describeWithSchemas, problemsOf, type PublishedSchema } from '../../support/schemas.js';

const schemas: Readonly<Record<Exclude<System, 'jenkins'>, PublishedSchema>> = {
  github: 'github-workflow',
  gitlab: 'gitlab-ci',
  circleci: 'circleci-config',
  azure: 'azure-pipelines',
  // Their workflows are GitHub's.
  gitea: 'github-workflow',
  forgejo: 'github-workflow',
};

/** Azure takes every scalar for a text, and its schema knows the tasks that are built in. */
function ofAzure(text: string): unknown {
  return parse(
    text
      .replace(/task: Rollgate@\d+/g, 'bash: echo')
      .replace(
        /( +)inputs:\n +(command|rollbackParameters): .*\n(?: +rollbackParameters: .*\n)?/g,
        '',
      ),
    {
      schema: 'failsafe',
    },
  );
}

let repository: Repository | undefined;

afterEach(() => {
  repository?.remove();
});

describeWithSchemas('what init writes, by the published schemas', Object.values(schemas), () => {
  const cases = (Object.keys(schemas) as (keyof typeof schemas)[]).flatMap((system) => [
    ...(Object.keys(ways) as Way[]).map((way) => [system, way, {}] as const),
    [system, 'compose', { DOCKER_HOST: 'ssh://deploy@web-1.example.com' }] as const,
  ]);

  it.each(cases)(
    'the pipeline of %s with %s and %j matches its schema',
    async (system, way, env) => {
      repository = new Repository();
      const argv = [
        'init',
        '--yes',
        '--ci-system',
        system,
        '--url',
        'https://shop.test/',
        ...ways[way],
      ];
      expect((await repository.run(argv, { env })).code).toBe(0);
      for (const path of writtenFor(system, way)) {
        const text = repository.place.read(path) ?? '';
        // Its schema knows no expressions in place of keys.
        if (path === 'rollback.yml') continue;
        const content: unknown =
          system === 'azure' ? ofAzure(text) : parse(text, { logLevel: 'error' });
        expect({ path, problems: problemsOf(schemas[system], content) }).toEqual({
          path,
          problems: [],
        });
      }
    },
  );
});
