import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../src/support/exec.js';
import { pathOf, type Binary } from './binaries.js';

/** A folder of programs by the names that users know them by, and an environment in which only they are found. */
export class Tools {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-tools-'));

  /** @param programs `{ kubectl: 'kubectl', helm: 'helm-3' }`. */
  constructor(programs: Readonly<Record<string, Binary>>) {
    for (const [name, binary] of Object.entries(programs))
      symlinkSync(pathOf(binary), join(this.folder, name));
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
