import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resolveWith } from '../../support/resolve-inputs.js';

/** A page of recipes: a configuration, and the scripts that it calls. */
export class RecipePage {
  private readonly text: string;

  /** @param path from the root, e.g. `docs/strategies/command-link.md` */
  constructor(private readonly path: string) {
    this.text = readFileSync(path, 'utf8');
  }

  /** The script whose first comment begins with the name. @throws Error when the page has none */
  script(name: string): string {
    const found = this.blocks('sh').find((text) => text.startsWith(`#!/bin/sh\n# ${name}`));
    if (found === undefined) throw new Error(`${this.path} has no script ${name}`);
    return found;
  }

  /** Writes scripts of the page into a folder, for their owner to run. */
  write(folder: string, names: readonly string[]): void {
    for (const name of names) writeScript(join(folder, name), this.script(name));
  }

  /** The first one. */
  get configuration(): string {
    return this.blocks('yaml')[0] ?? '';
  }

  /** The two command lines of the configuration. @throws Error when they are not valid inputs */
  commands(): { readonly commandLine: string; readonly snapshotCommand: string } {
    const { settings, problems } = resolveWith({
      files: { 'rollgate.yml': this.configuration },
    });
    const commandLine = settings['rollback-command'];
    const snapshotCommand = settings['rollback-snapshot-command'];
    if (problems.length > 0 || commandLine === undefined || snapshotCommand === undefined)
      throw new Error(`${this.path}: ${JSON.stringify(problems)}`);
    return { commandLine, snapshotCommand };
  }

  private blocks(language: string): readonly string[] {
    return [...this.text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
      .filter(([, of]) => of === language)
      .map(([, , text = '']) => text);
  }
}

/** A program of a test's own, at a path whose folders are made. */
export function writeScript(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}
