import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marked } from 'marked';
import { Lacking, run } from './program.js';

/** What draws the charts of a summary on GitHub, as one file. It is fetched when a picture is made, and is no part of anything else. */
const mermaid = {
  name: 'mermaid@11.12.0',
  integrity:
    'sha512-ZudVx73BwrMJfCFmSSJT84y6u5brEoV8DOItdHomNLz32uBjNrelm7mg95X7g+C6UoQH/W6mBLGDEDv73JdxBg==',
  file: 'package/dist/mermaid.min.js',
};

/** As GitHub has it: https://github.com/primer/css, `markdown`. */
const style = `
body{margin:24px;max-width:1010px;color:#1f2328;background:#fff;font:16px/1.5 "Segoe UI","Noto Sans","DejaVu Sans",Helvetica,Arial,sans-serif}
h2{margin:0 0 16px;padding-bottom:6px;border-bottom:1px solid #d1d9e0b3;font-size:24px;line-height:1.25}
table{margin:0 0 16px;border-collapse:collapse}th,td{padding:6px 13px;border:1px solid #d1d9e0;text-align:left}th{font-weight:600}tr:nth-child(2n){background:#f6f8fa}
code{padding:.2em .4em;border-radius:6px;background:#818b981f;font-size:85%}
p{margin:0 0 16px}.mermaid svg{max-height:330px}sub{font-size:75%}`;

function script(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollgate-mermaid-'));
  try {
    const [name = ''] = run('npm', ['pack', '--silent', mermaid.name], folder).trim().split('\n');
    const packed = readFileSync(join(folder, name));
    const integrity = `sha512-${createHash('sha512').update(packed).digest('base64')}`;
    if (integrity !== mermaid.integrity)
      throw new Lacking(`${mermaid.name} is not what it was: ${integrity}`);
    return run('tar', ['-xzOf', name, mermaid.file], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A page with the summary of a job as people see it on GitHub; its charts are there when `window.isDrawn` is set. */
export function summaryPage(markdown: string): string {
  const charts = /<pre><code class="language-mermaid">(.*?)<\/code><\/pre>/gs;
  const body = marked
    .parse(markdown, { async: false, gfm: true })
    .replaceAll(charts, '<pre class="mermaid">$1</pre>');
  return `<!doctype html><meta charset="utf-8"><style>${style}</style>${body}
<script>${script().replaceAll('</script', '<\\/script')}</script>
<script>mermaid.initialize({ startOnLoad: false });
mermaid.run().then(() => { window.isDrawn = true; });</script>`;
}
