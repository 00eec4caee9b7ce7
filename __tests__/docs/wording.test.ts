import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** Phrases that are translated word by word, and words that only insiders know; with what a native engineer writes. */
const calques: readonly (readonly [phrase: RegExp, better: string])[] = [
  [/\b(takes?|took|taken|taking) (it|them|this|that|everything )?\s?back\b/i, 'roll back, revert'],
  [/\bbrings? (it|them) back to\b/i, 'restores'],
  [/\brungs?\b/i, 'strategy'],
  [/\bliteral limit\b/i, 'the configured limit'],
  [/\banew\b/i, 'again, restart, recreate'],
  [/\b(not to|cannot|could not) be had\b/i, 'is unavailable, cannot find'],
  [/\bmakes? place\b/i, 'the next one is tried'],
  [/\bspeaks? for \w/i, 'detected'],
  [/\bin the face of\b/i, 'despite'],
  [/\bas (it is )?told\b/i, 'as expected'],
  [/\bbelongs? into\b/i, 'belongs in'],
  [/\bat the most\b/i, 'at most'],
  [/\bin the manner of\b/i, 'like, -style'],
  [/\bwithout a word\b/i, 'silently'],
  [/\bcries wolf\b/i, 'false alarm'],
  [
    /\bat the (first|second|last) look\b|\b(two|last|this|each|every) looks?\b(?! (at|like|right))/i,
    'check',
  ],
  [/\b(is|are|was|were) (well|unwell)(?=[.,:;]|$)/i, 'healthy, unhealthy'],
  [/\bseen well\b/i, 'has worked'],
  [/\b(is|are|be) said\b/i, 'the report says'],
  [/\btells? (nothing|of)\b/i, 'is ignored, shows'],
  [/\bit is waited\b/i, 'Rollgate waits'],
  [/\b(in|at|on) (its|the) place where it belongs\b/i, 'in order'],
  [
    /\b(stands?|stood) (in|on|before|behind|beside|below|above) (the|a|its|one|front)\b/i,
    'is in, runs before',
  ],
  [
    /\bWhat (is|was|runs|ran|comes|goes|fails|hits|stands)\b[^.?|:]*[^ ] (is|are) (right|wrong|lost|told|judged)\b/,
    'a noun as the subject',
  ],
  [/\bWhoever\b[^.?]*,/, 'a noun as the subject'],
  [/\bone of its own\b/i, 'a separate one'],
  [/\bin the same moments\b/i, 'at the same time'],
  [/\bnot held against\b/i, 'does not count against'],
  [/\bcharged to the deploy\b/i, 'blamed on the deploy'],
  // "There is no such job" and "it is no longer ours" are English.
  [
    /(?<!\b[Tt]here )\b([Ii]s|[Aa]re) no (?!(longer|more|less|later|better|worse|such|data|evidence|need|doubt|one)\b)[a-zA-Z`]/,
    'is not a ...',
  ],
  [/\bnothing may be assumed\b/i, 'the state is unknown, check by hand'],
  [/\bno longer ours\b/i, 'another deploy has replaced the watched version'],
  [/\ba hope\b/i, 'Run it once by hand now.'],
  [/\bWhat bites\b/i, 'Pitfalls'],
];

/** Files below a folder, by the ends of their names. */
function filesBelow(folder: string, ends: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => ends.test(path))
    .map((path) => join(folder, path));
}

interface Text {
  readonly where: string;
  readonly text: string;
}

const blank = (text: string): string => text.replace(/[^\n]/g, '');

/** The lines of a page, without code, names of tests and what is generated from the tables of `src/`. */
function proseOf(path: string): readonly Text[] {
  return readFileSync(path, 'utf8')
    .replace(/^( *)```[\s\S]*?^\1```$/gm, blank)
    .replace(/<!-- generated:[\s\S]*?<!-- \/generated:\S+ -->/g, blank)
    .replace(/\[test\]\([^)]*\)/g, '')
    .replace(/`[^`\n]*`/g, '`…`')
    .split('\n')
    .map((text, at) => ({ where: `${path}:${String(at + 1)}`, text }));
}

/** The texts of a program: string literals with more than one word, each line by itself. */
function literalsOf(path: string): readonly Text[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, at) => {
      if (/^\s*(\/\*|\*|\/\/)/.test(line)) return [];
      const literals = line.matchAll(
        /'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`|"((?:[^"\\]|\\.)*)"/g,
      );
      return [...literals]
        .map(([, single, template, double]) => single ?? template ?? double ?? '')
        .filter((text) => text.includes(' '))
        .map((text) => ({ where: `${path}:${String(at + 1)}`, text }));
    });
}

/** Comments in what is copied into other repositories. */
function commentsOf(path: string): readonly Text[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, at) => {
      const [, text] = /(?:^|\s)(?:#|\/\/) (.*)$/.exec(line) ?? [];
      return text === undefined ? [] : [{ where: `${path}:${String(at + 1)}`, text }];
    });
}

function calquesIn(texts: readonly Text[]): readonly string[] {
  return texts.flatMap(({ where, text }) =>
    calques
      .filter(([phrase]) => phrase.test(text))
      .map(([phrase, better]) => `${where}: ${phrase.exec(text)?.[0] ?? ''} → ${better}: ${text}`),
  );
}

describe('plain English', () => {
  const pages = ['README.md', 'templates/rollback/README.md', ...filesBelow('docs', /\.md$/)];

  it.each(pages)('%s', (path) => {
    expect(calquesIn(proseOf(path))).toEqual([]);
  });

  it('the comments of templates and examples', () => {
    const copied = ['templates', 'examples'].flatMap((folder) =>
      filesBelow(folder, /\.(ya?ml|sh|groovy|Jenkinsfile)$/),
    );
    expect(copied.length).toBeGreaterThan(20);
    expect(calquesIn(copied.flatMap(commentsOf))).toEqual([]);
  });

  it('the messages of the program', () => {
    const all = filesBelow('src', /\.ts$/).flatMap(literalsOf);
    expect(all.length).toBeGreaterThan(3000);
    expect(calquesIn(all)).toEqual([]);
  });

  it('finds what it looks for', () => {
    const text =
      'Rollgate takes it back; a rung is no error, and what is wrong is told at the last look.';
    expect(calquesIn([{ where: 'here', text }]).length).toBeGreaterThan(2);
  });
});
