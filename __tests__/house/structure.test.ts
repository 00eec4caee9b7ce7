import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/** A room may import from the rooms below its own, and from no other. */
const heights: Readonly<Record<string, number>> = {
  contract: 0,
  support: 1,
  inputs: 2,
  systems: 2,
  sources: 2,
  gate: 2,
  strategies: 2,
  pipelines: 2,
  report: 2,
  notify: 2,
  commands: 3,
  'index.ts': 4,
};

/** These list what there is, and nothing else. */
const registries = /(^|\/)registry\.ts$/;

interface File {
  readonly path: string;
  readonly lines: number;
  readonly source: ts.SourceFile;
  /** The files of `src/` that it imports from, for values or for types. */
  readonly imports: readonly string[];
}

const files: readonly File[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .map((path) => {
    const text = readFileSync(`src/${path}`, 'utf8');
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
    return { path, lines: text.split('\n').length - 1, source, imports: importsOf(source) };
  });

function importsOf(source: ts.SourceFile): readonly string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    const from = ts.isImportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
            ? node.arguments[0]
            : undefined;
    if (from !== undefined && ts.isStringLiteral(from) && from.text.startsWith('.')) {
      const path = posix.join(posix.dirname(source.fileName), from.text.replace(/\.js$/, '.ts'));
      // `../package.json` is outside of it.
      if (!path.startsWith('..')) found.add(path);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found];
}

const roomOf = (path: string): string => path.split('/')[0] ?? '';
const byPath = new Map(files.map((file) => [file.path, file]));

describe('the structure of src/', () => {
  it('every folder has a height', () => {
    expect([...new Set(files.map(({ path }) => roomOf(path)))].sort()).toEqual(
      Object.keys(heights).sort(),
    );
  });

  it('every import leads to a file', () => {
    expect(files.flatMap(({ imports }) => imports.filter((path) => !byPath.has(path)))).toEqual([]);
  });

  it('no room imports from one at its height or above, types included', () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter((to) => {
          const [from, target] = [roomOf(path), roomOf(to)];
          return from !== target && heights[target]! >= heights[from]!;
        })
        .map((to) => `${path} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('no imports go in a circle, types included', () => {
    expect(circles()).toEqual([]);
  });

  it('no function is longer than 80 lines', () => {
    const long: string[] = [];
    for (const { path, source } of files) {
      const line = (at: number): number => source.getLineAndCharacterOfPosition(at).line;
      const visit = (node: ts.Node): void => {
        if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
          const lines = line(node.getEnd()) - line(node.getStart(source)) + 1;
          if (lines > 80)
            long.push(`${path}:${String(line(node.getStart(source)) + 1)}: ${String(lines)} lines`);
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
    expect(long).toEqual([]);
  });

  it('no file is under 25 lines, except registries', () => {
    expect(
      files
        .filter(({ path, lines }) => lines < 25 && !registries.test(path))
        .map(({ path, lines }) => `${path}: ${String(lines)} lines`),
    ).toEqual([]);
  });
});

/** One circle for each file that leads back to one on the way to it. */
function circles(): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): void => {
    const at = way.indexOf(path);
    if (at >= 0) found.push([...way.slice(at), path].join(' -> '));
    if (at >= 0 || done.has(path)) return;
    way.push(path);
    for (const to of byPath.get(path)?.imports ?? []) visit(to);
    way.pop();
    done.add(path);
  };
  for (const { path } of files) visit(path);
  return found;
}
