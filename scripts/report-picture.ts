import { Buffer } from 'node:buffer';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { chromium as installed } from '../__tests__/e2e/own-tests/components.js';
import { palettePng } from './palette-png.js';
import { Lacking, run } from './program.js';

// Makes the picture of a report for the pages: node --import tsx scripts/report-picture.ts
// It is of the report that `rollgate demo` leaves, as dist/ makes it.

const picture = resolve('docs/images/report.png');
/** What a page of a repository may ask of those who read it, bytes. */
const MAX_BYTES = 150 * 1024;
/** The top of the page, up to the end of the first charts. */
const size = { width: 1060, height: 1420 };

/** What gives width, height and pixels of a PNG, in a page. */
function pixelsOf(shot: string): string {
  return `(async () => {
    const bytes = Uint8Array.from(atob('${shot}'), (one) => one.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, image.width, image.height);
    return [image.width, image.height, Array.from(data, (one) => String.fromCharCode(one)).join('')];
  })()`;
}

async function take(html: string): Promise<void> {
  const executablePath = installed();
  if (executablePath === undefined)
    throw new Lacking('Chromium was not found: run "npm run components:own-tests".');
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({ viewport: size, colorScheme: 'light' });
    await page.setContent(html);
    const shot = (await page.screenshot()).toString('base64');
    const [width, height, pixels] = await page.evaluate<[number, number, string]>(pixelsOf(shot));
    mkdirSync(dirname(picture), { recursive: true });
    writeFileSync(picture, palettePng(Buffer.from(pixels, 'latin1'), width, height));
  } finally {
    await browser.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'rollgate-picture-'));
try {
  run(process.execPath, [resolve('dist/index.js'), 'demo'], folder);
  await take(readFileSync(join(folder, 'rollgate-report/demo/report.html'), 'utf8'));
  const { size: bytes } = statSync(picture);
  if (bytes > MAX_BYTES) throw new Error(`${picture} has ${String(bytes)} bytes`);
  console.log(`${picture}: ${String(bytes)} bytes`);
} finally {
  rmSync(folder, { recursive: true });
}
