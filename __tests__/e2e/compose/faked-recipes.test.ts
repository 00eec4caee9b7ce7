import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { RecipePage, writeScript } from './recipe-page.js';
import { Recipe, type Meanwhile, type RecipeRun } from './recipe.js';
import { describeWith } from '../components.js';
import { jqScript, lackingRecipes } from './components.js';
import { StandInGcloud } from './stand-in-gcloud.js';
import { StandInNomad } from './stand-in-nomad.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollgate-recipe-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The recipe of a page, its scripts beside the program that they call. */
function recipeOf(
  path: string,
  scripts: readonly string[],
  env: Readonly<Record<string, string>>,
): Recipe {
  const page = new RecipePage(path);
  page.write(folder, scripts);
  writeScript(join(folder, 'bin/jq'), jqScript());
  const PATH = `${join(folder, 'bin')}:/usr/bin:/bin`;
  return new Recipe(page, folder, { PATH, ...env });
}

const now =
  (change: () => void): (() => Promise<void>) =>
  () => {
    change();
    return Promise.resolve();
  };

const verified = { outcome: 'verified', versionConfirmed: true };
const told = (words: string, versionConfirmed: boolean | null): unknown => ({
  outcome: 'triggered',
  detail: expect.stringContaining(words),
  versionConfirmed,
  ...(versionConfirmed === false ? { notBack: expect.stringMatching(/ runs now, not r1$/) } : {}),
});
const windows: readonly (readonly [keyof Meanwhile])[] = [['beforePlan'], ['beforeExecute']];

describeWith('the recipe for Nomad', lackingRecipes(), () => {
  let nomad: StandInNomad;
  let recipe: Recipe;
  beforeEach(() => {
    nomad = new StandInNomad(folder);
    recipe = recipeOf('docs/strategies/command-nomad.md', ['rollback-nomad.sh'], nomad.env);
    nomad.register('r1');
  });

  const deploy = now(() => {
    nomad.register('r2');
  });
  const rollBack = async (meanwhile?: Meanwhile): Promise<unknown> =>
    (await recipe.run(deploy, meanwhile)).result;

  it('reverts to the recorded release, waits for the deployment, and proves it', async () => {
    expect(await rollBack()).toMatchObject(verified);
    expect(nomad.releases).toEqual(['r1', 'r2', 'r1']);
  });

  it.each(windows)('another version %s: withheld', async (when) => {
    const register = now(() => {
      nomad.register('r3');
    });
    const reason = 'r3 runs, which is not what this run judged (r2)';
    expect(await rollBack({ [when]: register })).toEqual({ kind: 'withheld', reason });
    expect(nomad.releases).toEqual(['r3', 'r2', 'r1']);
  });

  it.each(['r3', 'r2'])(
    'another version (%s) between the comparison and the revert: left alone, and told',
    async (racing) => {
      nomad.set({ racing });
      const words =
        'exited with code 3; what it changed until then is not known: nothing was changed: Current job has version 2; enforcing version 1';
      // The same release, registered again, is what was judged.
      expect(await rollBack()).toEqual(
        racing === 'r2'
          ? told(words, false)
          : { kind: 'withheld', reason: expect.stringContaining(words) },
      );
      expect(nomad.releases).toEqual([racing, 'r2', 'r1']);
    },
  );

  it('a release that Nomad does not keep any more is told', async () => {
    const forget = now(() => {
      nomad.set({ versions: [{ Version: 9, Meta: { release: 'r2' } }] });
    });
    const words =
      'code 1; what it changed until then is not known: nothing was changed: Nomad keeps no version of shop with the release r1';
    expect(await rollBack({ beforeExecute: forget })).toEqual(told(words, false));
  });

  it.each([
    [
      'Permission denied',
      'code 1; what it changed until then is not known: nothing was changed: Permission denied',
    ],
    [
      'Enforcing job modify index 7: job exists with conflicting job modify index: 9',
      'code 3; what it changed until then is not known: nothing was changed: Enforcing job modify index 7',
    ],
  ])('a server that answers "%s" is told', async (refusal, words) => {
    nomad.set({ refusal });
    expect(await rollBack()).toEqual(told(words, false));
    expect(nomad.releases).toEqual(['r2', 'r1']);
  });

  it('a deployment that fails is told', async () => {
    nomad.set({ status: 'failed' });
    expect(await rollBack()).toEqual(told('the deployment of r1: failed', true));
  });

  it('a server that does not answer, or a job without a release: no snapshot', async () => {
    nomad.register(null);
    await expect(rollBack()).rejects.toThrow('rollback-snapshot-command exited with code 1');
    nomad.set({ isDown: true });
    await expect(rollBack()).rejects.toThrow('connection refused');
  });
});

describeWith('the recipe for Cloud Run', lackingRecipes(), () => {
  let gcloud: StandInGcloud;
  let recipe: Recipe;
  beforeEach(() => {
    gcloud = new StandInGcloud(folder);
    const scripts = ['live-revision.sh', 'rollback-cloud-run.sh'];
    recipe = recipeOf('docs/strategies/command-cloud-run.md', scripts, gcloud.env);
    gcloud.deploy('shop-00001');
  });

  const run = (meanwhile?: Meanwhile): Promise<RecipeRun> =>
    recipe.run(
      now(() => {
        gcloud.deploy('shop-00002');
      }),
      meanwhile,
    );

  it('gives the traffic to the recorded revision, and proves it', async () => {
    expect((await run()).result).toMatchObject(verified);
    expect(gcloud.live).toEqual(['shop-00001']);
  });

  it.each(windows)('another deploy %s: withheld', async (when) => {
    const race = now(() => {
      gcloud.deploy('shop-00003');
    });
    const reason = 'shop-00003 runs, which is not what this run judged (shop-00002)';
    expect(await run({ [when]: race })).toEqual({
      result: { kind: 'withheld', reason },
      hasBegun: false,
    });
    expect(gcloud.live).toEqual(['shop-00003']);
  });

  it('another deploy between the comparison and the change: told', async () => {
    gcloud.set({ racing: 'shop-00003' });
    const words = 'somebody else changed shop meanwhile, and the traffic goes to shop-00001';
    expect((await run()).result).toEqual(told(words, true));
    expect(gcloud.live).toEqual(['shop-00001']);
  });

  // Rollgate's last look, the two of the script, the change, and the look at the generation then.
  it.each([
    [1, 'shop-00002'],
    [2, 'shop-00002'],
    [3, 'shop-00002'],
    [4, 'shop-00001'],
  ])('an API that is gone after %i more calls is told', async (answersLeft, live) => {
    const end = now(() => {
      gcloud.set({ answersLeft });
    });
    const { result } = await run({ beforeExecute: end });
    expect(result).toEqual(told('rollback-command exited with code 1', null));
    expect(result).toEqual(told('UNAVAILABLE', null));
    expect(gcloud.live).toEqual([live]);
  });

  it('traffic that is split: no snapshot', async () => {
    const split = ['shop-00001', 'shop-00002'].map((revisionName) => ({
      ...{ revisionName, percent: 50 },
    }));
    gcloud.set({ traffic: split });
    await expect(run()).rejects.toThrow('the traffic is split: shop-00001, shop-00002');
  });
});
