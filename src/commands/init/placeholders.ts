import type { PlannedFile, RunnerWord } from './options.js';
import { published } from './published.js';

/** As long as there is no name of our own anywhere, anybody could own what stands in its place. */
export const isUnpublished = published.repository.startsWith('OWNER/');

/** What stands for a name that is the user's to say. */
export interface Placeholder {
  readonly name: string;
  /** Where a text has it, or calls what runs it. */
  readonly isIn: RegExp;
  /** How it is in such a text; by default by its name. */
  readonly how?: string;
  /** What to put in its place. */
  readonly to: string;
}

/** Not as a part of another name. */
const alone = (name: string): RegExp => new RegExp(`(^|[^@/\\w])${name}(?![\\w/-])`);

/** Of Rollgate itself: each is in a registry, or on a server, where it may belong to somebody else. */
const ofRollgate: readonly Placeholder[] = [
  {
    name: published.repository,
    isIn: new RegExp(`(^|[^@\\w])${published.repository}|@Library\\('rollgate@`),
    to: 'the repository of your copy of Rollgate',
  },
  {
    name: published.image,
    isIn: new RegExp(`${published.image}|${published.repository}/rollgate@|rollgate/default`),
    to: 'the image that you build of its Dockerfile',
  },
  {
    name: `${published.orbNamespace}/rollgate`,
    isIn: new RegExp(`rollgate: ${published.orbNamespace}/rollgate@`),
    to: 'the orb that you publish of its dist/orb.yml',
  },
  {
    name: published.npmPackage,
    isIn: new RegExp(`@Library\\('rollgate@|rollgate/gate|${published.repository}/rollgate@`),
    how: 'which is run by',
    to: 'the npm package that you publish',
  },
  {
    name: published.publisher,
    isIn: /task: Rollgate@/,
    how: 'the publisher of the extension, in',
    to: 'yours',
  },
];

/** A domain that nobody can own: https://www.rfc-editor.org/rfc/rfc2606 */
const awsImage: Placeholder = {
  name: 'registry.example.com/aws-node',
  isIn: alone('registry.example.com/aws-node'),
  to: 'an image of yours with the `aws` program and Node 20 or newer',
};

/** Everything that may stand for a name in the files of a system. */
export function placeholdersOf(runner: RunnerWord | undefined): readonly Placeholder[] {
  return [
    ...(isUnpublished ? ofRollgate : []),
    awsImage,
    ...(runner === undefined
      ? []
      : [
          {
            name: runner.placeholder,
            isIn: alone(runner.placeholder),
            to: `the ${runner.noun} of your runner on the machine of the Docker engine`,
          },
        ]),
  ];
}

/** The step that comes before all others: what must be replaced before anything of it is run; lines. */
export function placeholderStep(
  texts: readonly Pick<PlannedFile, 'path' | 'text'>[],
  runner: RunnerWord | undefined,
): readonly string[] {
  const lines = placeholdersOf(runner).flatMap(({ name, isIn, how = 'in', to }) => {
    const paths = texts.filter(({ text }) => isIn.test(text)).map(({ path }) => path);
    const link = how === 'in' ? ' in' : `, ${how}`;
    return paths.length === 0 ? [] : [`\`${name}\`${link} ${paths.join(', ')}  →  ${to}`];
  });
  if (lines.length === 0) return [];
  const better = lines.some((line) =>
    ofRollgate.some(({ name }) => line.startsWith(`\`${name}\``)),
  );
  return [
    [
      "Replace these placeholders before you commit: they could be anybody else's.",
      ...lines,
      ...(better && isUnpublished
        ? [
            'Or set your names in release.config.json of your copy of Rollgate, run `npm run generate` and `npm run build` there, and run `init` from it again: then its names are right.',
          ]
        : []),
    ].join('\n'),
  ];
}
