import type { InitOptions, InitSystem, SystemPlan } from '../options.js';

/**
 * Any CI system without a wrapper, as `ci-system` names it: none that a rollback pipeline could be started in. Only the
 * configuration is written; the lines to run are for the user to put into the pipeline.
 */
export const other: InitSystem = {
  id: 'none',
  word: 'other',
  pipelines: [],
  plan,
};

/** What the jobs of the wrappers do, as lines of a shell. */
function plan({ texts }: InitOptions): SystemPlan {
  return {
    files: [],
    next:
      texts.get('on-unhealthy') === 'report'
        ? [
            'Nothing is rolled back as long as `on-unhealthy` is `report`: configure a strategy (docs/rollback.md), then take that line out of rollgate.yml.',
          ]
        : [],
    lines: (program) => [
      `${program} snapshot`,
      `${program} preflight`,
      './scripts/deploy.sh # yours: whatever deploys',
      `${program} run`,
    ],
  };
}
