import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { lacking } from '../__tests__/e2e/kubernetes/binaries.js';
import { ControlPlane } from '../__tests__/e2e/kubernetes/control-plane.js';
import { Job } from '../__tests__/e2e/kubernetes/job.js';
import { image } from '../__tests__/e2e/kubernetes/manifests.js';
import { pathOfKind, type Workload } from '../__tests__/e2e/kubernetes/objects.js';
import { bundle } from '../__tests__/support/bundle.js';
import { median } from './numbers.js';
import type { Print } from './print.js';

const ROUNDS = 10;

/** How long it takes from the verdict until the API server has the patch, with a real control plane. */
export async function undo(print: Print): Promise<boolean> {
  const lack = existsSync(bundle)
    ? lacking()
    : 'there is no dist/index.js; make it with `npm run build`';
  if (lack !== undefined) {
    print(`LEFT OUT: ${lack}`);
    return true;
  }
  const plane = await ControlPlane.start();
  try {
    const job = await Job.start(plane, { kubectl: 'kubectl' });
    try {
      const patched: number[] = [];
      const verified: number[] = [];
      const kubectl: number[] = [];
      for (let round = 1; round <= ROUNDS; round += 1) {
        const told = await rollBack(plane, job, round);
        patched.push(told.patched);
        verified.push(told.verified);
        kubectl.push(await oneCall(plane, job.namespace));
      }
      const line = (name: string, times: readonly number[], aim = ''): void => {
        const [middle, most] = [median(times), Math.max(...times)].map((ms) => ms.toFixed(0));
        print(`${name.padEnd(28)} median ${middle ?? ''} ms, at most ${most ?? ''} ms${aim}`);
      };
      print(`${String(ROUNDS)} bad deploys of one Deployment, each caught and taken back`);
      line('verdict to patch', patched, ' (aim 1000 ms)');
      line('verdict to verified', verified);
      line('one `kubectl get`', kubectl);
    } finally {
      await job.close();
    }
  } finally {
    await plane.stop();
  }
  return true;
}

/** Milliseconds from the verdict, as the report has it, until others see the patch, and until all is well again. */
async function rollBack(
  plane: ControlPlane,
  job: Job,
  round: number,
): Promise<{ readonly patched: number; readonly verified: number }> {
  const good = `v${String(round)}`;
  await job.deploy(good);
  const snapshot = await job.call('snapshot');
  if (snapshot.code !== 0) throw new Error(snapshot.output);
  await job.deploy(`broken-${String(round)}`);

  const { metadata } = await plane.get('Deployment', 'api', job.namespace);
  const from = `?watch=true&resourceVersion=${metadata.resourceVersion ?? ''}`;
  let seenAt: number | undefined;
  const stop = await plane.api.watch(pathOfKind('Deployment', job.namespace) + from, (event) => {
    const { spec } = (event as { readonly object: Workload }).object;
    if (spec.template.spec.containers[0]?.image === image(good)) seenAt ??= Date.now();
  });
  try {
    const { code, output } = await job.call('run', job.watching());
    const { detectedAt, targets } = job.place.report();
    if (code !== 1 || detectedAt === null || seenAt === undefined || targets[0] === undefined)
      throw new Error(`it was not taken back (exit code ${String(code)}):\n${output}`);
    return {
      patched: seenAt - Date.parse(detectedAt),
      verified: targets[0].rollback.seconds * 1000,
    };
  } finally {
    stop();
  }
}

/** Milliseconds for one call as the strategy makes several of them. */
async function oneCall(plane: ControlPlane, namespace: string): Promise<number> {
  const begun = performance.now();
  await plane.mustKubectl(['get', 'deployment/api', '-n', namespace, '-o', 'json']);
  return performance.now() - begun;
}
