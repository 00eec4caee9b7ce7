import { Buffer } from 'node:buffer';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { chromium as installed } from '../__tests__/e2e/own-tests/components.js';
import { palettePng } from './palette-png.js';
import { Lacking, run } from './program.js';
import { summaryPage } from './summary-page.js';

// Makes the pictures of a report for the pages: node --import tsx scripts/report-picture.ts
// They are of the report and the summary that `rollgate demo` leaves, as dist/ makes them.

const folderOfPictures = resolve('docs/images');
/** What a page of a repository may ask of those who read it, bytes. */
const MAX_BYTES = 150 * 1024;
/** From the top of the page: up to the end of what happened, and up to the end of the first charts. */
const ofReport = [
  { name: 'report-top.png', height: 690 },
  { name: 'report.png', height: 1420 },
];
const ofSummary = [{ name: 'summary.png', height: 930 }];
const WIDTH = 1060;

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

/** @param isThere what is true in the page when it can be seen as a whole */
async function take(html: string, pictures: typeof ofReport, isThere = 'true'): Promise<void> {
  const executablePath = installed();
  if (executablePath === undefined)
    throw new Lacking('Chromium was not found: run "npm run components:own-tests".');
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox'],
  });
  mkdirSync(folderOfPictures, { recursive: true });
  try {
    const page = await browser.newPage({ colorScheme: 'light' });
    await page.setContent(html);
    await page.waitForFunction(isThere);
    for (const { name, height } of pictures) {
      await page.setViewportSize({ width: WIDTH, height });
      const shot = (await page.screenshot()).toString('base64');
      const [wide, high, pixels] = await page.evaluate<[number, number, string]>(pixelsOf(shot));
      const png = palettePng(Buffer.from(pixels, 'latin1'), wide, high);
      if (png.length > MAX_BYTES) throw new Error(`${name} has ${String(png.length)} bytes`);
      writeFileSync(join(folderOfPictures, name), png);
      console.log(`${name}: ${String(png.length)} bytes`);
    }
  } finally {
    await browser.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'rollgate-picture-'));
try {
  run(process.execPath, [resolve('dist/index.js'), 'demo'], folder);
  const read = (name: string): string =>
    readFileSync(join(folder, 'rollgate-report/demo', name), 'utf8');
  await take(read('report.html'), ofReport);
  await take(summaryPage(read('summary.md')), ofSummary, 'window.isDrawn');
} finally {
  rmSync(folder, { recursive: true });
}
