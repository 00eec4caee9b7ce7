import type { Finding } from '../../contract/result.js';
import { type Docker, DockerError } from '../../support/docker/client.js';
import { composeFile } from './compose-file.js';
import type { Recorded } from './pin.js';
import { lockOf } from './lock.js';
import type { Kept, Records } from './records.js';
import { imageInWords, isSame, type Live, readImages } from './version.js';

interface FindingsOptions {
  readonly docker: Docker;
  readonly project: string;
  readonly live: Live;
  readonly records: Records;
  readonly named: readonly string[];
  /** The snapshot of this run, whatever project it speaks of. */
  readonly recorded: Recorded | undefined;
  /** What is not there yet may be made by the deploy. */
  readonly isBeforeDeploy: boolean;
  readonly signal: AbortSignal;
}

/** What would keep the project from being rolled back. */
export async function findingsOf(options: FindingsOptions): Promise<readonly Finding[]> {
  const { docker, project, live, named, recorded, signal } = options;
  const findings: Finding[] = [];
  if (recorded !== undefined && recorded.project !== project)
    findings.push(
      finding(
        'warning',
        `the snapshot is of project ${recorded.project}, and this is ${project}: it is not used`,
      ),
    );
  const unknown = named.filter(
    (service) => !live.services.has(service) && !(recorded?.services.has(service) ?? false),
  );
  if (unknown.length > 0) {
    const running = [...live.services.keys()].sort().join(', ');
    const what = `project ${project} has no service ${unknown.join(', ')} here${running === '' ? '' : `; it runs ${running}`}`;
    findings.push(
      options.isBeforeDeploy
        ? finding(
            'notice',
            `${what}: the first deploy of a service has nothing to go back to`,
            'if this is not its first deploy, correct `compose-service`',
          )
        : finding('error', what, 'correct `compose-service`'),
    );
  }
  const kept = returnable(options);
  if (kept.length === 0)
    return [
      ...findings,
      finding(
        'warning',
        `nothing recorded to return to: until a deploy of project ${project} was found healthy, only a snapshot from before the deploy can be returned to`,
        'run `rollgate snapshot` before the deploy',
      ),
    ];
  findings.push(...(await missingImages(docker, kept, signal)));
  const unsaid = kept.filter(({ definition }) => definition.unsaid.length > 0);
  for (const { service, definition } of unsaid)
    findings.push(
      finding(
        'warning',
        `service ${service} has settings that cannot be recorded: ${definition.unsaid.join(', ')}; they would be lost`,
      ),
    );
  const refusal = await refused(docker, project, kept, signal);
  if (refusal !== undefined) findings.push(refusal);
  const held = await lockOf(docker, project, signal);
  if (held !== undefined && !held.isStale)
    findings.push(
      finding('warning', `a rollback of project ${project} is under way (${held.run})`),
    );
  return findings;
}

/** By service, the record that would be used. */
function returnable({ records, named, recorded, project }: FindingsOptions): readonly Kept[] {
  const services = new Set(records.kept.map(({ service }) => service));
  return [...services].flatMap((service) => {
    if (named.length > 0 && !named.includes(service)) return [];
    const mine = records.kept.filter(
      (each) =>
        each.service === service &&
        !each.completed &&
        !records.rejected.some((mark) => mark.service === service && isSame(mark, each)),
    );
    const before = recorded?.project === project ? recorded.services.get(service) : undefined;
    const found =
      mine.find((each) => before !== undefined && isSame(each, before)) ??
      mine.find(({ slot }) => slot === 'good');
    return found === undefined ? [] : [found];
  });
}

async function missingImages(
  docker: Docker,
  kept: readonly Kept[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const there = await readImages(docker, [...new Set(kept.map(({ image }) => image))], signal);
  return kept
    .filter(({ image }) => !there.has(image))
    .map(({ service, image, imageName, digest }) => {
      const name = imageInWords(image, imageName);
      return digest === ''
        ? finding(
            'error',
            `the recorded image of service ${service}, ${name}, is gone from the engine`,
          )
        : finding(
            'warning',
            `the recorded image of service ${service}, ${name}, is gone from the engine and would be pulled: ${digest}`,
          );
    });
}

/** Whether this Compose takes the file that we would give it. */
async function refused(
  docker: Docker,
  project: string,
  kept: readonly Kept[],
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const parts = kept.map(({ service, image, definition }) => ({
    service,
    image,
    definition,
    replicas: 1,
  }));
  try {
    await docker.compose(['--project-name', project, '--file', '-', 'config', '--quiet'], signal, {
      input: composeFile(parts, () => '0'),
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    const { version } = await docker.findCompose(signal);
    return finding(
      'error',
      `Compose ${version} does not take what was recorded: ${error.message}`,
      'use a newer Compose',
    );
  }
}

function finding(level: Finding['level'], message: string, fix?: string): Finding {
  return { level, subject: 'compose', message, ...(fix === undefined ? {} : { fix }) };
}
