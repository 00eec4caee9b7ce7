import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deployment } from './manifests.js';

/** A chart with one Deployment, `api`; the value `tag` is the tag of its image. */
export class Chart {
  readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-chart-'));

  constructor() {
    const object = JSON.stringify(deployment('api', '{{ .Values.tag }}'));
    mkdirSync(join(this.folder, 'templates'));
    this.write('Chart.yaml', 'apiVersion: v2\nname: api\nversion: 1.0.0\nappVersion: "1"\n');
    this.write('values.yaml', 'tag: v0\n');
    // JSON is YAML.
    this.write('templates/deployment.yaml', `${object}\n`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }
}
