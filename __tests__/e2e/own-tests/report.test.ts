import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { renderHtml } from '../../../src/report/html.js';
import type { RunReport } from '../../../src/report/record.js';
import { reports } from '../../support/reports.js';
import { serve, type HttpTestServer } from '../../support/servers.js';
import { describeWith } from '../components.js';
import { chromium as installed, lacking } from './components.js';
import { baselineReport, manyChecks, manyTargets } from './reports.js';

const shown: readonly (readonly [string, RunReport])[] = [
  ['verified', reports['rolled back']!],
  ['failed', reports['rollback failed']!],
  ['withheld', reports.withheld!],
  ['inconclusive', reports.inconclusive!],
  ['healthy', reports.healthy!],
  ['misconfigured', reports.misconfigured!],
  ['baseline', baselineReport],
  ['several-targets', manyTargets],
  ['200-checks', manyChecks],
];

const screens = [
  { name: 'light', width: 1100, colorScheme: 'light' },
  { name: 'dark', width: 1100, colorScheme: 'dark' },
  { name: 'phone', width: 360, colorScheme: 'light' },
  { name: 'small-phone-dark', width: 320, colorScheme: 'dark' },
] as const;

/** What Jenkins sends with archived files: https://www.jenkins.io/doc/book/security/configuring-content-security-policy/ */
const jenkins = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';";

/** The screenshots are kept where this variable names a folder. */
const screenshots = process.env.ROLLGATE_SCREENSHOTS ?? '';

/** What is run in the page, as text: these types know no document. */
const inPage = {
  unfold: `for (const fold of document.querySelectorAll('details')) fold.open = true`,
  background: `getComputedStyle(document.querySelector('.verdict')).backgroundColor`,
  /** What is wider than the window, when the page is. */
  overflow: `document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.tagName + '.' + one.className)`,
  /** Charts that can be opened, and have no place. */
  emptyCharts: `[...document.querySelectorAll('svg.chart')]
    .map((chart) => ({ id: chart.getAttribute('aria-labelledby'), box: chart.getBoundingClientRect() }))
    .filter(({ box }) => box.width < 200 || box.height < 100)
    .map(({ id, box }) => id + ': ' + box.width + ' x ' + box.height)`,
  /** Texts with a contrast below 4.5 (WCAG 2.2, 1.4.3) to the nearest background behind them. */
  lowContrasts: `(() => {
    const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
    const luminance = (rgb) => rgb.slice(0, 3)
      .map((value) => value / 255)
      .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4))
      .reduce((sum, share, at) => sum + share * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (element) => {
      for (let one = element; one !== null; one = one.parentElement) {
        const colour = parse(getComputedStyle(one).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const low = [];
    let seen = 0;
    for (const element of document.querySelectorAll('body *')) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
      if (!hasText || element.getClientRects().length === 0) continue;
      const style = getComputedStyle(element);
      seen += 1;
      const colours = [parse(element.namespaceURI.endsWith('svg') ? style.fill : style.color), behind(element)];
      const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
      const contrast = (light + 0.05) / (dark + 0.05);
      if (contrast < 4.5) low.push(element.tagName + ' "' + element.textContent.slice(0, 40) + '" ' + contrast.toFixed(2));
    }
    return seen < 10 ? ['only ' + seen + ' texts were seen'] : low;
  })()`,
};

describeWith('the page of a report in a real browser', lacking(), () => {
  let browser: Browser;
  let server: HttpTestServer;
  let requests: string[] = [];

  beforeAll(async () => {
    server = await serve((request, response) => {
      requests.push(request.url);
      const [, policy, name] = request.url.split('/');
      const report = shown.find(([each]) => each === name)?.[1];
      if (report === undefined) {
        response.statusCode = 404;
        response.end();
        return;
      }
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      if (policy === 'jenkins') response.setHeader('Content-Security-Policy', jenkins);
      response.end(renderHtml(report));
    });
    const executablePath = installed();
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox'],
    });
    if (screenshots !== '') mkdirSync(screenshots, { recursive: true });
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Opens a page, and returns what the browser complained of. */
  async function open(
    path: string,
    screen: (typeof screens)[number],
  ): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
    const complaints: string[] = [];
    const page = await browser.newPage({
      viewport: { width: screen.width, height: 800 },
      colorScheme: screen.colorScheme,
    });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    requests = [];
    await page.goto(`${server.url}/${path}`);
    return { page, complaints };
  }

  describe.each(screens.map((screen) => [screen.name, screen] as const))('%s', (_, screen) => {
    it.each(shown)('%s: fits, is readable, and asks for nothing', async (name, report) => {
      const { page, complaints } = await open(`plain/${name}`, screen);
      if (screenshots !== '')
        writeFileSync(
          join(screenshots, `report-${name}-${screen.name}.png`),
          await page.screenshot({ fullPage: true }),
        );
      expect(complaints).toEqual([]);
      // A browser asks for the icon of a site by itself.
      expect(requests.filter((url) => url !== '/favicon.ico')).toEqual([`/plain/${name}`]);
      await page.evaluate(inPage.unfold);
      expect(await page.evaluate(inPage.overflow)).toEqual([]);
      expect(await page.locator('h1').isVisible()).toBe(true);
      expect(await page.locator('.verdict').innerText()).toContain(report.reason.slice(0, 60));
      expect(await page.evaluate(inPage.lowContrasts)).toEqual([]);
      expect(await page.evaluate(inPage.emptyCharts)).toEqual([]);
      await page.close();
    });
  });

  it.each(shown)('%s: is readable without styles, as Jenkins shows it', async (name, report) => {
    const { page } = await open(`jenkins/${name}`, screens[0]);
    if (screenshots !== '')
      writeFileSync(
        join(screenshots, `report-${name}-jenkins.png`),
        await page.screenshot({ fullPage: true }),
      );
    // The style sheet is really gone: a banner without it has no colour.
    expect(await page.evaluate(inPage.background)).toBe('rgba(0, 0, 0, 0)');
    expect(await page.locator('h1').innerText()).not.toBe('');
    expect(await page.locator('main').innerText()).toContain(report.reason.slice(0, 60));
    const checks = report.targets.flatMap((target) => target.checks).length;
    if (checks > 0) expect(await page.locator('table th').count()).toBeGreaterThan(0);
    for (const chart of await page.locator('svg.chart').all()) {
      if (!(await chart.isVisible())) continue;
      const box = await chart.boundingBox();
      expect(box?.width).toBeGreaterThan(300);
      expect(box?.height).toBeGreaterThan(150);
    }
    await page.close();
  });
});
