import type { InitOptions, RunnerWord } from './options.js';

/** `ssh://deploy@web-1.example.com`. https://docs.docker.com/engine/security/protect-access/#use-ssh-to-protect-the-docker-daemon-socket */
export const SSH_HOST = /^ssh:\/\/(?:[\w.-]+@)?[\w.-]+(?::\d+)?$/;

/** Whether the jobs have to run on the machine of the Docker engine. */
export function isOnEngine({
  platform,
  dockerHost,
}: Pick<InitOptions, 'platform' | 'dockerHost'>): boolean {
  return platform === 'compose' && dockerHost === undefined;
}

/** What chooses the machine of the jobs; `undefined`: the ordinary one of the system will do. */
export function runnerOf(
  options: Pick<InitOptions, 'platform' | 'dockerHost' | 'runner'>,
  { usual, placeholder }: RunnerWord,
): string | undefined {
  return isOnEngine(options) ? (options.runner ?? usual ?? placeholder) : undefined;
}

/** What is left to do for the runner on the machine of the engine, where it has a name that may be right. */
export function runnerSteps(
  options: Pick<InitOptions, 'platform' | 'dockerHost' | 'runner'>,
  word: RunnerWord | undefined,
): readonly string[] {
  const name = word === undefined ? undefined : runnerOf(options, word);
  return word === undefined || name === undefined || name === word.placeholder
    ? []
    : [
        `Every job here runs on the machine of the Docker engine: make sure that a runner there has the ${word.noun} ${name}. An engine on another machine: run \`init\` with DOCKER_HOST=ssh://user@host.`,
      ];
}
