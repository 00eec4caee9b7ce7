import type { Answers } from './options.js';

/**
 * The lines of a shell that deploy. The namespace stands in `rollgate.yml` alone; the deploy reads it there, because two copies could
 * come to differ.
 *
 * @param revision the variable of the commit
 */
export function deployLines(
  { texts }: Pick<Answers, 'texts'>,
  revision: string,
): readonly string[] {
  return [
    ...(texts.has('kubernetes-namespace')
      ? [
          '# The namespace stands in rollgate.yml, and nowhere else.',
          `NAMESPACE=$(awk -F'[: "]+' '$1 == "kubernetes-namespace" { print $2 }' rollgate.yml)`,
          'export NAMESPACE',
        ]
      : []),
    `./scripts/deploy.sh "${revision}"`,
  ];
}

/** The lines of a text, each with this many blanks before it, with an end of line each. */
export function indented(lines: readonly string[], by: number): string {
  return lines.map((line) => (line === '' ? '\n' : `${' '.repeat(by)}${line}\n`)).join('');
}

/** The value of a key of YAML: one line as it is, several as a block that is indented by this many blanks. */
export function blockOf(lines: readonly string[], by: number): string {
  return lines.length === 1 ? lines.join('') : `|\n${indented(lines, by).trimEnd()}`;
}
