import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const markdown = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const strategies = markdown('docs/strategies');
const pages = [...markdown('docs'), ...strategies];
const textOf = (path: string): string => readFileSync(path, 'utf8').replaceAll('\r\n', '\n');

/** Pages for somebody who has set something up and sees a message: systems, sources and strategies. Recipes run scripts of the user. */
const troubled = [
  ...['github', 'gitlab', 'circleci', 'jenkins', 'azure-devops', 'gitea'],
  ...['http', 'prometheus', 'kubernetes', 'docker', 'alerts', 'own-tests', 'recipes', 'checks'],
]
  .map((name) => `docs/${name}.md`)
  .concat(strategies.filter((path) => !path.includes('command-')));

/** Pages that describe a result or a risk, and have nothing to copy. */
const withoutExample = ['docs/inputs.md', 'docs/threat-model.md', 'docs/rollback.md'];

describe('the shape of a page', () => {
  it.each(pages)('%s begins with one title and what the page is about', (path) => {
    const lines = textOf(path).split('\n');
    expect(lines[0]).toMatch(/^# \S/);
    expect(lines[1]).toBe('');
    expect(lines[2]).toMatch(/^[A-Z`]/);
    const prose = lines.join('\n').replace(/^( *)```[\s\S]*?^\1```$/gm, '');
    expect(prose.match(/^# /gm)).toHaveLength(1);
  });

  it.each(pages.filter((path) => !withoutExample.includes(path)))('%s has an example', (path) => {
    expect(textOf(path)).toMatch(/^ *```\w*\n/m);
  });

  it.each(troubled)('%s says what to do about the messages that people see', (path) => {
    const [, section = ''] = textOf(path).split('\n## Troubleshooting\n');
    expect(section).toMatch(/^\| .*`[^`]+`.* \| .+ \|$/m);
  });
});

/** Where a placeholder stands in a message of the program. */
const hole = '\u0000';

/** The code that prints, without its comments, and with its texts joined over line ends. */
const source = ['src', 'templates']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|sh|groovy)$/.test(path))
      .map((path) => readFileSync(join(folder, path), 'utf8')),
  )
  .join('\n')
  .replace(/^\s*(\/\*\*|\*|\/\/).*$/gm, '')
  .replace(/['"`]\s*\+\s*['"`]/g, '')
  .replace(/\\(['"`])/g, '$1')
  .replace(/\$\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/g, hole);

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Templates with three words of their own at least, as patterns of what they print. */
const templates = [...source.matchAll(/`([^`\n]+)`/g)]
  .map(([, text = '']) => text)
  .filter((text) => (text.replaceAll(hole, ' ').match(/[a-z]{2,}/gi) ?? []).length >= 3)
  .map((text) => new RegExp(`^${text.split(hole).map(literal).join('.+')}$`));

/** Whether the code has the words in a row, where a placeholder may stand for each of them. */
function areInARow(text: string): boolean {
  const words = text.split(' ').map((word) => `(?:${literal(word)}|\\S*${hole}\\S*)`);
  return new RegExp(words.join('\\s')).test(source);
}

/** Whether the program can print the message, in which `…` and `...` stand for anything. */
function isPrinted(message: string): boolean {
  return message
    .split(/…|\.{3}/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .every(
      (piece) =>
        source.includes(piece) ||
        templates.some((template) => template.test(piece)) ||
        areInARow(piece),
    );
}

describe('the messages under Troubleshooting', () => {
  const quoted = pages.flatMap((path) => {
    const [, section = ''] = textOf(path).split('\n## Troubleshooting\n');
    const tables = [...section.matchAll(/^\| (?:message|finding) \|.*\n((?:\|.*\n?)*)/gm)];
    return tables.flatMap(([, rows = '']) =>
      rows.split('\n').flatMap((row) => {
        const [, cell = ''] = /^\| (.*?)(?<!\\) \|/.exec(row) ?? [];
        return [...cell.matchAll(/`([^`]+)`/g)].map(([, message = '']) => [path, message] as const);
      }),
    );
  });

  it('are many', () => {
    expect(quoted.length).toBeGreaterThan(60);
  });

  it.each(quoted)('%s: the program says %j', (_, message) => {
    expect([message, isPrinted(message)]).toEqual([message, true]);
  });

  it('are not found where the program does not say them', () => {
    expect(isPrinted('the moon is not on the PATH of this job')).toBe(false);
  });
});

describe('the way to a page', () => {
  it('leads from the README to every one', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const [, target = ''] of textOf(path).matchAll(/\]\(([^)\s#:]+\.md)(?:#[^)]*)?\)/g))
        reached.add(join(dirname(path), target));
    }
    expect(pages.filter((path) => !reached.has(path))).toEqual([]);
  });
});
