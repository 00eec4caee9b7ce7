import type { EntryPoint } from '../../src/commands/entry-point.js';
import { main } from '../../src/commands/main.js';
import { Workplace } from './bundle.js';
import { entryWith } from './entry.js';
import { filesIn } from './rooted-files.js';

export interface Said {
  readonly code: number;
  readonly output: string;
  /** What was asked of the person. */
  readonly questions: readonly string[];
}

/** A folder in which the program is run inside the test. */
export class Repository {
  readonly place = new Workplace();

  /** @param answers of a person at the terminal, one for each question; without them nobody is there */
  async run(
    argv: readonly string[],
    {
      answers,
      env = {},
      signal,
      self,
      isFull = () => false,
    }: {
      readonly answers?: readonly (string | undefined)[];
      readonly env?: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal;
      readonly self?: EntryPoint['self'];
      /** Where nothing can be written. */
      readonly isFull?: (path: string) => boolean;
    } = {},
  ): Promise<Said> {
    let output = '';
    const questions: string[] = [];
    const left = [...(answers ?? [])];
    const files = filesIn(this.place.folder);
    const code = await main(
      entryWith({
        argv,
        env,
        ...(signal === undefined ? {} : { signal }),
        ...(self === undefined ? {} : { self }),
        write: (text) => {
          output += text;
        },
        files: {
          ...files,
          writeFile: async (path, text) => {
            if (isFull(path)) throw new Error('no room');
            await files.writeFile(path, text);
          },
        },
        ask:
          answers === undefined
            ? undefined
            : (question) => {
                questions.push(question);
                if (left.length === 0) throw new Error(`there is no answer to: ${question}`);
                return Promise.resolve(left.shift());
              },
      }),
    );
    if (left.length > 0) throw new Error(`nobody asked for: ${left.join(', ')}\n${output}`);
    return { code, output, questions };
  }

  remove(): void {
    this.place.remove();
  }
}

export const initSystems = [
  'github',
  'gitlab',
  'circleci',
  'jenkins',
  'azure',
  'gitea',
  'forgejo',
] as const;

export type System = (typeof initSystems)[number];

/** What is written for each way of rolling back, by the flags that choose it. */
export const ways = {
  kubernetes: ['--kubernetes-workload', 'deployment/shop', '--kubernetes-namespace', 'shop'],
  compose: ['--compose-project', 'shop'],
  ecs: ['--ecs-service', 'shop/api'],
  lambda: ['--lambda-alias', 'shop-api:live'],
  command: [
    '--rollback-command',
    './undo.sh "$ROLLGATE_REVISION"',
    '--rollback-snapshot-command',
    './current-version.sh',
  ],
  pipeline: [],
} as const;

export type Way = keyof typeof ways;

/** The ways whose strategy needs no rollback pipeline. */
export const waysAlone: readonly Way[] = ['ecs', 'lambda', 'command'];

/** What is in every folder afterwards. */
export const always = ['rollgate.schema.json', 'rollgate.yml'];

/** What is in the folder of each system afterwards, besides these, where there is a rollback pipeline. */
export const written: Readonly<Record<System, readonly string[]>> = {
  github: ['.github/workflows/deploy-gate.yml', '.github/workflows/rollback.yml'],
  gitlab: ['.gitlab-ci.yml', '.gitlab/rollback.yml', '.gitlab/rollgate.yml'],
  circleci: ['.circleci/config.yml'],
  jenkins: ['Jenkinsfile', 'Jenkinsfile.rollback'],
  azure: ['azure-pipelines.yml', 'rollback.yml'],
  gitea: ['.gitea/workflows/deploy-gate.yml', '.gitea/workflows/rollback.yml'],
  forgejo: ['.forgejo/workflows/deploy-gate.yml', '.forgejo/workflows/rollback.yml'],
};

/** What is in the folder of a system afterwards, besides what is in every one. */
export function writtenFor(system: System, way: Way): readonly string[] {
  return written[system].filter((path) => !waysAlone.includes(way) || !/rollback/i.test(path));
}
