import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../src/support/exec.js';
import { pathOf, type Binary } from './binaries.js';

const SHELL = '/bin/sh';
/** What is used of the machine itself. */
const ofMachine = [SHELL, '/usr/bin/git'] as const;

/** `{ kubectl: 'kubectl', helm: 'helm-3' }`: programs by the names that users know them by. */
export type Programs = Readonly<Record<string, Binary | (typeof ofMachine)[number]>>;

/** A folder of programs, and an environment in which only they are found. */
export class Tools {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-tools-'));

  constructor(programs: Programs) {
    for (const [name, program] of Object.entries(programs))
      symlinkSync(
        ofMachine.some((own) => own === program) ? program : pathOf(program as Binary),
        join(this.folder, name),
      );
  }

  /** From now on the program of this name does what the lines of the shell say. At no moment is there none. */
  replace(name: string, script: string): void {
    const path = join(this.folder, name);
    writeFileSync(`${path}.new`, `#!${SHELL}\n${script}\n`, { mode: 0o755 });
    renameSync(`${path}.new`, path);
  }

  env(kubeconfig: string): Readonly<Record<string, string>> {
    return { PATH: this.folder, HOME: this.folder, KUBECONFIG: kubeconfig };
  }

  /** @throws when the program does not end well. Gives its standard output. */
  async must(program: string, args: readonly string[], kubeconfig: string): Promise<string> {
    const { code, stdout, stderr } = await this.try(program, args, kubeconfig);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}${stdout}`);
    return stdout;
  }

  try(program: string, args: readonly string[], kubeconfig: string): ReturnType<typeof run> {
    return run(join(this.folder, program), args, {
      env: this.env(kubeconfig),
      signal: new AbortController().signal,
      maxOutput: 1 << 20,
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
