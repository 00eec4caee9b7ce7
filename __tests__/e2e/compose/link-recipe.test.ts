import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RecipePage } from './recipe-page.js';
import { Recipe, type Meanwhile, type RecipeRun } from './recipe.js';
import { type Ended, quick, Workplace } from '../../support/bundle.js';
import { type HttpTestServer, serve } from '../../support/servers.js';
import { describeWith } from '../components.js';
import { until } from '../kubernetes/until.js';
import { lackingFurther, lackingRecipes } from './components.js';
import { LinkMachine } from './link-machine.js';

const page = new RecipePage('docs/strategies/command-link.md');
const [first, second, third] = ['releases/1', 'releases/2', 'releases/3'] as const;

const lacking = lackingRecipes() ?? lackingFurther();

describeWith('the recipe for a symbolic link over ssh', lacking, () => {
  let machine: LinkMachine;
  let recipe: Recipe;
  /** What somebody else began, and what is not over. */
  let other: Promise<void> | undefined;
  beforeAll(async () => {
    machine = await LinkMachine.start(page);
    recipe = new Recipe(page, machine.folder, machine.env);
  });
  afterAll(() => machine.stop());
  beforeEach(() => machine.reset(first, second, third));
  afterEach(async () => {
    rmSync(machine.path('hold'), { force: true });
    await other;
    other = undefined;
  });

  const rollBack = (meanwhile?: Meanwhile): Promise<RecipeRun> =>
    recipe.run(() => machine.deploy(second), meanwhile);
  const hold = (): void => {
    writeFileSync(machine.path('hold'), '');
  };
  const letGo = (): void => {
    rmSync(machine.path('hold'));
  };
  const state = (): unknown => ({ link: machine.link, running: machine.running });
  const theirs = { link: third, running: third };

  it('goes back to what ran before the deploy, and proves it', async () => {
    const { result } = await rollBack();
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(state()).toEqual({ link: first, running: first });
  });

  it('passes the name of a release as text, whatever is in it', async () => {
    const odd = `releases/1 "$(touch hacked)'; touch hacked; #`;
    await machine.reset(odd, second);
    const { result } = await rollBack();
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(state()).toEqual({ link: odd, running: odd });
    expect(existsSync(machine.path('hacked'))).toBe(false);
    expect(existsSync(join(machine.folder, 'hacked'))).toBe(false);
  });

  it('changes nothing when the recorded release is gone', async () => {
    const { result } = await rollBack({
      beforePlan: () => {
        rmSync(machine.path(first), { recursive: true });
        return Promise.resolve();
      },
    });
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringContaining('nothing was changed: the release releases/1 is gone'),
      versionConfirmed: false,
    });
    expect(state()).toEqual({ link: second, running: second });
  });

  it('changes nothing when the lock is held for too long', async () => {
    const { result } = await rollBack({
      beforeExecute: () => {
        writeFileSync(machine.path('stuck'), '');
        return Promise.resolve();
      },
    });
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringContaining('nothing was changed: a deploy has held'),
      versionConfirmed: false,
    });
    expect(state()).toEqual({ link: second, running: second });
  });

  it('tells that the restart failed, and that the link is back', async () => {
    const { result } = await rollBack({
      beforeExecute: () => {
        // A service that systemd cannot start.
        writeFileSync(machine.path('broken'), '');
        return Promise.resolve();
      },
    });
    rmSync(machine.path('broken'));
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringContaining('exited with code 1'),
      versionConfirmed: true,
    });
    expect(machine.link).toBe(first);
  });

  /** Twenty in windows that are held open, and four that nobody holds. */
  describe.each([1, 2, 3, 4])('a deploy that races (round %i)', () => {
    const withheld = {
      kind: 'withheld',
      reason: 'releases/3 runs, which is not what this run judged (releases/2)',
    };
    const refused = {
      kind: 'withheld',
      reason: expect.stringMatching(
        /^releases\/3 runs, which is not what this run judged \(releases\/2\); .*exited with code 3; .*nothing was changed: \/srv\/shop\/current is releases\/3, not releases\/2 any more/s,
      ),
    };

    it('before the plan: withheld', async () => {
      const rolledBack = await rollBack({ beforePlan: () => machine.deploy(third) });
      expect(rolledBack).toEqual({ result: withheld, hasBegun: false });
      expect(state()).toEqual(theirs);
    });

    it('between the plan and the last look: withheld', async () => {
      const rolledBack = await rollBack({ beforeExecute: () => machine.deploy(third) });
      expect(rolledBack).toEqual({ result: withheld, hasBegun: false });
      expect(state()).toEqual(theirs);
    });

    it('between the last look and the lock: left alone, and told', async () => {
      writeFileSync(machine.path('faster'), '');
      expect(await rollBack()).toMatchObject({ result: refused, hasBegun: true });
      expect(state()).toEqual(theirs);
    });

    it('that holds the lock when the rollback wants it: left alone, and told', async () => {
      const rolledBack = rollBack({
        beforeExecute: async () => {
          hold();
          other = machine.deploy(third);
          await machine.untilLocked(0);
        },
      });
      await machine.untilLocked(1);
      letGo();
      expect(await rolledBack).toMatchObject({ result: refused, hasBegun: true });
      await other;
      expect(state()).toEqual(theirs);
    });

    it('that wants the lock while the rollback holds it: comes after it, and stays', async () => {
      const rolledBack = rollBack({
        beforeExecute: () => {
          hold();
          return Promise.resolve();
        },
      });
      // The deploy that is rolled back had the lock, too.
      await until('the rollback to begin', () => existsSync(machine.path('hold')));
      await machine.untilLocked(0);
      other = machine.deploy(third);
      await machine.untilLocked(1);
      letGo();
      const { result } = await rolledBack;
      await other;
      expect(state()).toEqual(theirs);
      // The proof is taken before that deploy, or after it.
      expect(JSON.stringify(result)).toMatch(
        /"verified".*releases\/1 runs now|"triggered".*releases\/3 runs now, not releases\/1/,
      );
    });

    it('at the same moment: stays, whoever is first', async () => {
      await rollBack({
        beforeExecute: () => {
          other = machine.deploy(third);
          return Promise.resolve();
        },
      });
      await other;
      expect(state()).toEqual(theirs);
    });
  });

  describe('the program as users run it', () => {
    let place: Workplace;
    let shop: HttpTestServer;
    beforeEach(async () => {
      place = new Workplace();
      // Only the second release is bad.
      shop = await serve((_, response) => {
        response.statusCode = machine.running === second ? 503 : 200;
        response.end();
      });
      place.write('rollgate.yml', page.configuration);
      page.write(place.folder, ['rollback-link.sh']);
    });
    afterEach(async () => {
      await shop.close();
      place.remove();
    });

    const run = (command: string): Promise<Ended> =>
      place.run([command, '--url', shop.url, ...(command === 'run' ? quick : [])], machine.env);
    const watch = async (): Promise<Ended> => {
      expect(await run('snapshot')).toMatchObject({ code: 0 });
      await machine.deploy(second);
      return run('run');
    };

    it('goes back and makes sure', async () => {
      const { code, output } = await watch();
      expect({ code, output }).toEqual({ code: 1, output });
      expect(output).toContain('Rolled back and verified');
      expect(output).toContain('releases/1 runs now');
      expect(state()).toEqual({ link: first, running: first });
    });

    it('says that another deploy was faster, and leaves it alone', async () => {
      writeFileSync(machine.path('faster'), '');
      const { code, output } = await watch();
      expect({ code, output }).toEqual({ code: 5, output });
      expect(output).toContain(
        'nothing was changed: /srv/shop/current is releases/3, not releases/2 any more',
      );
      expect(output).toContain('releases/3 runs, which is not what this run judged (releases/2)');
      expect(state()).toEqual(theirs);
    });
  });
});
