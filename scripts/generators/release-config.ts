import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const schema = z.strictObject({
  /** On GitHub: `owner/name`. */
  repository: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/[\w.-]+$/, 'must be `owner/name`'),
  /** https://docs.npmjs.com/cli/configuring-npm/package-json#name */
  npmPackage: z
    .string()
    .regex(
      /^@[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*$/,
      'must be `@scope/name` in lower-case letters',
    ),
  /** Of the Visual Studio Marketplace. */
  publisher: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, 'must be letters, digits and hyphens'),
  /** Of the CircleCI registry. */
  orbNamespace: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be lower-case letters, digits, `-` and `_`'),
  /** The release image, without a tag. */
  image: z
    .string()
    .regex(
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/,
      'must be `registry/path` without a tag',
    ),
});

/** Under which names this project is published, and as which version. Every surface takes them from here. */
export type Release = Readonly<z.infer<typeof schema>> & {
  /** Without `v`; that of package.json. */
  readonly version: string;
};

/**
 * @param config the text of `release.config.json`
 * @param packageJson the text of `package.json`, which alone has the version
 * @throws with every problem, in words
 */
export function parseRelease(config: string, packageJson: string): Release {
  const read = schema.safeParse(JSON.parse(config));
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter((part) => part !== '').join(': '),
    );
    throw new Error(`release.config.json cannot be used: ${problems.join('; ')}`);
  }
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(packageJson));
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version))
    throw new Error(`package.json: "${version}" is not a version`);
  return { ...read.data, version };
}

/** Reads both files. @param root the folder of the repository */
export async function readRelease(root: URL): Promise<Release> {
  const read = (name: string): Promise<string> => readFile(new URL(name, root), 'utf8');
  return parseRelease(await read('release.config.json'), await read('package.json'));
}
