import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { RecipePage, writeScript } from './recipe-page.js';
import { Recipe, type Meanwhile, type RecipeRun } from './recipe.js';
import { describeWith } from '../components.js';
import { jqScript, lacking, lackingRecipes } from './components.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';

const page = new RecipePage('docs/strategies/command-swarm.md');
const SERVICE = 'shop_web';

describeWith('the recipe for Docker Swarm', lacking() ?? lackingRecipes(), () => {
  // Its images have a digest without a registry.
  const engine = new Engine({ images: 'containerd' });
  const folder = join(engine.folder, 'job');
  let recipe: Recipe;
  /** By digest. */
  const images: Record<'v1' | 'v2' | 'v3', string> = { v1: '', v2: '', v3: '' };

  beforeAll(async () => {
    await engine.start();
    mkdirSync(folder);
    page.write(folder, ['rollback-swarm.sh']);
    // Somebody else is faster than an update by the script, once: with what stands in the file.
    writeScript(
      join(folder, 'bin/curl'),
      `#!/bin/sh
case "$*" in
  */update*) if [ -e race ]; then mv race raced; sh -e ./raced >/dev/null || exit 99; fi ;;
esac
exec /usr/bin/curl "$@"
`,
    );
    writeScript(join(folder, 'bin/jq'), jqScript());
    for (const tag of ['v1', 'v2', 'v3'] as const)
      images[tag] = `shop/web@${await buildImage(engine, `shop/web:${tag}`)}`;
    // Made by the engine itself it would have a name that other engines on this machine use, too.
    await engine.outputOf(['network', 'create', 'docker_gwbridge']);
    await engine.outputOf([
      ...['swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:0'],
    ]);
    const { PATH = '', ...env } = engine.env;
    recipe = new Recipe(page, folder, { ...env, PATH: `${join(folder, 'bin')}:${PATH}` });
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    await engine.outputOf([
      ...['service', 'create', '--detach=false', '--name', SERVICE, '--network', 'host'],
      ...['--no-resolve-image', '--update-delay', '0s', '--update-monitor', '1s'],
      ...[images.v1, 'worker'],
    ]);
  });
  afterEach(() => engine.outputOf(['service', 'rm', SERVICE]));

  const update = async (...flags: readonly string[]): Promise<void> => {
    await engine.outputOf(['service', 'update', '--no-resolve-image', ...flags, SERVICE]);
  };
  const deploy = (tag: 'v1' | 'v2' | 'v3'): Promise<void> => update('--image', images[tag]);
  const rollBack = (meanwhile?: Meanwhile): Promise<RecipeRun> =>
    recipe.run(() => deploy('v2'), meanwhile);
  const raceWith = (...flags: readonly string[]): void => {
    const update = ['docker service update --no-resolve-image --detach', ...flags, SERVICE];
    writeFileSync(join(folder, 'race'), update.join(' '));
  };
  const see = async (): Promise<unknown> => {
    const spec = '{{.Spec.TaskTemplate.ContainerSpec.Image}} {{.Spec.Mode.Replicated.Replicas}}';
    return engine.outputOf(['service', 'inspect', '--format', spec, SERVICE]);
  };

  it('goes back to the recorded image, waits for its tasks, and proves it', async () => {
    expect(await rollBack()).toMatchObject({
      result: { outcome: 'verified', versionConfirmed: true },
    });
    expect(await see()).toBe(`${images.v1} 1`);
    const tasks = ['service', 'ps', '--filter', 'desired-state=running', '--no-trunc'];
    expect(
      await engine.outputOf([...tasks, '--format', '{{.Image}} {{.CurrentState}}', SERVICE]),
    ).toMatch(new RegExp(`^${images.v1} Running [^\n]*$`));
  });

  it.each(['beforePlan', 'beforeExecute'] as const)('another deploy %s: withheld', async (when) => {
    expect(await rollBack({ [when]: () => deploy('v3') })).toEqual({
      result: {
        kind: 'withheld',
        reason: `${images.v3} runs, which is not what this run judged (${images.v2})`,
      },
      hasBegun: false,
    });
    expect(await see()).toBe(`${images.v3} 1`);
  });

  it('another deploy between the comparison and the update: left alone, and told', async () => {
    raceWith('--image', images.v3);
    const { result } = await rollBack();
    expect(existsSync(join(folder, 'raced'))).toBe(true);
    expect(result).toMatchObject({
      kind: 'withheld',
      reason: expect.stringContaining(
        `nothing was changed: ${SERVICE} has the image ${images.v3}, not ${images.v2} any more`,
      ),
    });
    expect(await see()).toBe(`${images.v3} 1`);
  });

  it('replicas that are changed meanwhile stay, with the recorded image', async () => {
    raceWith('--replicas', '2');
    expect(await rollBack()).toMatchObject({
      result: { outcome: 'verified', versionConfirmed: true },
    });
    expect(await see()).toBe(`${images.v1} 2`);
  });

  it('an update whose tasks fail is told', async () => {
    const { result } = await recipe.run(async () => {
      await deploy('v2');
      // The old version does not start any more, with what the new one was given.
      await update('--detach', '--env-add', 'MODE=exits', '--args', 'api');
    });
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringContaining(`the update of ${SERVICE} to ${images.v1}: paused`),
      versionConfirmed: true,
    });
  });
});
