import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

/** What people copy, or get from `init`. */
const copied = ['docs', 'examples', 'templates', 'src/commands/init'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(md|ya?ml|sh|groovy|ts)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
);

// POSIX, 2.9.1: the status of a command is its own, not that of a substitution among its words.
const swallowing = /\b(?:echo|printf)\b[^|;&#]*\$\((?!\()\s*\.{0,2}\/[\w./-]+/;

it('no script of a user fails unseen within an echo', () => {
  expect(copied.length).toBeGreaterThan(60);
  const found = [...copied, 'README.md'].flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, n) =>
        swallowing.test(line) ? [`${path}:${String(n + 1)}: ${line.trim()}`] : [],
      ),
  );
  expect(found).toEqual([]);
  expect('run: echo "version=$(./scripts/current.sh)" >> "$GITHUB_OUTPUT"').toMatch(swallowing);
});

// On npm the name without a scope is anybody's.
const unscoped =
  /\b(?:npx|npm (?:exec|install|i)|pnpm dlx|yarn dlx|bunx)\s+(?:--?\S+\s+)*rollgate\b/;

it('nothing that is copied runs a package that somebody else could own', () => {
  const found = [...copied, 'README.md'].filter((path) =>
    unscoped.test(readFileSync(path, 'utf8')),
  );
  expect(found).toEqual([]);
  expect('- npx --yes rollgate run').toMatch(unscoped);
});
