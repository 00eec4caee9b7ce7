import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const page = readFileSync('docs/threat-model.md', 'utf8');

interface NamedTest {
  readonly path: string;
  /** The name of a test or a group in it. */
  readonly title: string | undefined;
}

const named: readonly NamedTest[] = [
  ...page.matchAll(/\[test\]\(\.\.\/([^\s)]+)(?: "([^"]+)")?\)/g),
].map(([, path = '', title]) => ({ path, title }));

/** What claims something: paragraphs, points of lists and rows of tables, each with its heading. */
const claims: readonly string[] = page
  .split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const [heading = '', ...lines] = section.split('\n');
    const parts = lines
      .join('\n')
      .split(/\n\s*\n|\n(?=- )|\n(?=\|)/)
      .map((text) => text.trim())
      .filter((text) => text !== '' && !/^\|\s*\|/.test(text) && !text.startsWith('|-'));
    return parts.map((text) => `${heading}: ${text}`);
  });

/** Advice, definitions, and what is not protected: there is nothing to prove. */
const unproven: readonly RegExp[] = [
  /^What is trusted, and what is not: \| the author of the workflow/,
  /^Secrets: Secret inputs are/,
  /^The configuration file in pull requests: Elsewhere, treat the file/,
  /^Log commands: CI systems execute lines/,
  /^No shell for text from outside: In your own workflows/,
  /^Redaction and its limits: (It does not protect$|- (secrets (that|of fewer|in another form)|what is left|values of `rollback-parameters`|the path of a URL|job outputs))/,
];

describe('the threat model', () => {
  it.each(named.map(({ path, title }) => [path, title ?? 'as a whole'] as const))(
    'names %s (%s), which exists',
    (path, title) => {
      expect(path).toMatch(/^__tests__\/.*\.test\.ts$/);
      expect(existsSync(path)).toBe(true);
      if (title !== 'as a whole') expect(readFileSync(path, 'utf8')).toContain(`'${title}'`);
    },
  );

  it('names a test for every line that claims something', () => {
    const without = claims.filter((claim) => !claim.includes('[test]('));
    expect(without.filter((claim) => !unproven.some((known) => known.test(claim)))).toEqual([]);
  });

  it('has every line that needs no test, without one', () => {
    for (const known of unproven) {
      const found = claims.filter((claim) => known.test(claim));
      expect([known, found.length > 0]).toEqual([known, true]);
      expect(found.filter((claim) => claim.includes('[test]('))).toEqual([]);
    }
  });
});
