import { strict as assert } from 'node:assert';
import { chromium } from 'playwright-core';

/** The smoke test of the shop, in a real browser: what docs/own-tests.md shows. */
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  // Chromium has no sandbox for root, which is who runs a job in a container.
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage();
  await page.goto(process.env.SHOP_URL);
  await page.getByRole('button', { name: 'Pay' }).click({ timeout: 5000 });
  await page.getByText('Thank you').waitFor({ timeout: 5000 });
  assert.equal(await page.title(), 'Shop');
} finally {
  await browser.close();
}
