import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { placeholdersOf } from '../../../src/commands/init/placeholders.js';
import { published } from '../../../src/commands/init/published.js';
import { initSystem } from '../../../src/commands/init/systems.js';
import { always, initSystems, Repository, ways, type Way } from '../../support/initialised.js';

/** What runs something by a name that somebody registered somewhere. */
const runners: readonly RegExp[] = [
  /\b(?:npx|npm exec|pnpm dlx|yarn dlx|bunx|uvx|pipx run|go run)\s+(?:--?\S+\s+)*(\S+)/g,
  /\b(?:npm|pnpm|yarn|pip3?|gem|cargo|brew|apt-get|apk)\s+(?:i|add|install)\s+(?:--?\S+\s+)*(\S+)/g,
  /\bdocker (?:run|pull|create)\s+(?:--?\S+\s+)*(\S+)/g,
  /\b(?:curl|wget)\s+[^\n]*?(https?:\/\/\S+)/g,
  /\buses:[ \t]*(\S+)/g,
  /\bimage:[ \t]*(\S+)/g,
  /\bimage:\s*\n\s+name:\s*(\S+)/g,
  /\bcomponent:[ \t]*(\S+)/g,
  /\b(?:remote|project|template):[ \t]*(\S+)/g,
  /\borbs:\s*\n\s+\w+:\s*(\S+)/g,
  /\btask:[ \t]*(\S+)/g,
  /@Library\('([^']+)'\)/g,
];

/** Of the CI system itself or of the platform: what a name here means is settled by who runs the server. */
const wellKnown: readonly RegExp[] = [
  /^(?:https:\/\/github\.com\/)?(?:actions\/(?:checkout|upload-artifact)|aws-actions\/configure-aws-credentials)@[0-9a-f]{40}$/,
  /^cimg\/base:current$/,
  // In Azure Pipelines without an extension.
  /^(?:PublishTestResults@2|InstallSSHKey@0)$/,
];

/** The names in a text that something is run by. */
function namesIn(text: string): readonly string[] {
  return runners.flatMap((runner) =>
    [...text.matchAll(runner)].flatMap(([, name]) => (name === undefined ? [] : [name])),
  );
}

let repository: Repository;
beforeEach(() => {
  repository = new Repository();
});
afterEach(() => {
  repository.remove();
});

const chains: readonly (readonly string[])[] = [[], ['--rollback', 'ecs,ci'], ['--rollback', 'ci']];
const engines: readonly Readonly<Record<string, string>>[] = [
  {},
  { DOCKER_HOST: 'ssh://deploy@web-1.example.com' },
];

const everyCase = initSystems.flatMap((system) =>
  (Object.keys(ways) as Way[]).flatMap((way) => [
    ...engines.map((env) => [system, way, chains[0] ?? [], env] as const),
    ...(way === 'ecs' ? [[system, way, chains[1] ?? [], {}] as const] : []),
    ...(['kubernetes', 'compose'].includes(way)
      ? [[system, way, chains[2] ?? [], {}] as const]
      : []),
  ]),
);

describe('the names that what init writes runs things by', () => {
  it.each(everyCase)('%s, %s, %j, %j: are well known, or are in step 1', async (...args) => {
    const [system, way, chain, env] = args;
    const { placeholder } = initSystem(system).runner ?? {};
    const argv = ['init', '--yes', '--ci-system', system, '--url', 'https://shop.test/'];
    const { code, output } = await repository.run([...argv, ...ways[way], ...chain], { env });
    expect({ code, output }).toEqual({ code: 0, output });
    const [, step = ''] = /Next steps:\n( {2}1\. .*\n(?: {7}.*\n)*)/.exec(output) ?? [];
    const listed = [...step.matchAll(/^ {7}`([^`]+)`(?:,[^→\n]*)? (?:in|by) (.*) {2}→ {2}/gm)].map(
      ([, name = '', paths = '']) => [name, paths.split(', ')] as const,
    );
    const isListed = (name: string, path: string): boolean =>
      listed.some(([each, paths]) => paths.includes(path) && name.includes(each));
    /** By a name that its wrapper has in its place. */
    const stand: Readonly<Record<string, string>> = {
      [`rollgate@v${published.version}`]: published.repository,
      'Rollgate@0': published.publisher,
    };
    const files = Object.entries(repository.place.files()).filter(
      ([path]) => !always.includes(path),
    );
    expect(files.length).toBeGreaterThan(0);
    let found = 0;
    for (const [path, text] of files) {
      const names = namesIn(text);
      found += names.length;
      const strange = names.filter(
        (name) =>
          !wellKnown.some((known) => known.test(name)) && !isListed(stand[name] ?? name, path),
      );
      expect({ path, strange }).toEqual({ path, strange: [] });
      if (placeholder !== undefined && text.includes(placeholder))
        expect(isListed(placeholder, path)).toBe(true);
    }
    expect(found).toBeGreaterThan(0);
    // Nothing that is printed is a command that runs a name of a registry.
    expect(namesIn(output)).toEqual([]);
  });

  it.each([
    ['run: npx --yes rollgate@1 run', 'rollgate@1'],
    ['script: docker run --rm acme/tool x', 'acme/tool'],
    ['    - uses: acme/action@v1', 'acme/action@v1'],
    ['image: acme/aws-node # yours', 'acme/aws-node'],
    ['  image:\n    name: acme/node:20', 'acme/node:20'],
    ['npm install -g rollgate', 'rollgate'],
    ['curl -fsSL https://get.example.org/x | sh', 'https://get.example.org/x'],
    ["@Library('rollgate@v1') _", 'rollgate@v1'],
  ])('%j is found', (text, name) => {
    expect(namesIn(text)).toEqual([name]);
  });

  it('a placeholder of a domain can belong to nobody; the others stand for names of Rollgate, or of a runner', () => {
    const names = initSystems.flatMap((system) =>
      placeholdersOf(initSystem(system).runner).map(({ name }) => name),
    );
    for (const name of names)
      expect(name).toMatch(
        /owner|^registry\.example\.com\/|^YOUR-\w+$|^your-namespace\/your-runner$/i,
      );
  });
});
