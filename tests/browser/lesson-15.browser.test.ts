// Lesson 15's page, alone and in a browser: three ways, what each has cost, and a bar that is true.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright';
import { servePage } from '../../lessons/page.ts';
import { violations } from './accessible.ts';
import { lessons, listening, tabStops, visit } from './lesson-program.ts';
import { startBrowser } from './wire-stage.ts';

const FOLDER = join(lessons, '15-binary');
const picture = readFileSync(join(FOLDER, 'postcard.png'));

/** The lesson's answers, but as fast as they can be; the bytes wait in the middle until they are let go. */
let goOn = () => {};
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(`http://localhost${request.url}`);
  const text = {
    '/as-json': JSON.stringify(picture),
    '/as-base64': picture.toString('base64'),
  }[pathname];
  if (text !== undefined) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    return response.write(`data: ${text}\n\n`);
  }
  if (pathname !== '/postcard.png') return servePage(FOLDER, request, response);
  const bytes = searchParams.has('gzip') ? gzipSync(picture) : picture;
  if (searchParams.has('gzip')) response.setHeader('Content-Encoding', 'gzip');
  if (!searchParams.has('chunked')) response.setHeader('Content-Length', bytes.length);
  response.writeHead(200, { 'Content-Type': 'image/png' });
  response.write(bytes.subarray(0, bytes.length / 2));
  await new Promise<void>((resolve) => {
    goOn = resolve;
  });
  response.end(bytes.subarray(bytes.length / 2));
});

describe('the page of lesson 15', () => {
  let browser: Browser;
  let origin: string;
  let page: Page;
  let press: (name: string) => Promise<void>;
  const complaints: string[] = [];
  const cost = (way: string) => page.locator(`#card-${way} .cost`);
  const soFar = (hasText: string | RegExp) => page.locator('#so-far', { hasText });
  const share = () => page.locator('#bar').evaluate((bar: HTMLProgressElement) => bar.position);

  before(async () => {
    [browser, origin] = await Promise.all([startBrowser(), listening(server)]);
    ({ page, press } = await visit(browser, { viewport: { width: 1200, height: 700 } }));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(origin);
  });
  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  it('makes the same picture of JSON and of base64, and says what they have cost', async () => {
    await cost('base64').filter({ hasText: '10220 bytes (× 1.33)' }).waitFor();
    assert.match((await cost('json').textContent())!, /^27254 bytes \(× 3\.56\), \d+\.\d s$/);
    const entry = page.locator('#events li', { hasText: 'message' }).first();
    assert.match(
      (await entry.textContent())!,
      /message {"type":"Buffer","data":\[137,[\d,]{300,400}…$/,
    );
  });

  it('has a bar that stands half way when half of the bytes have come', async () => {
    await soFar('3832 bytes of 7664: 50 %').waitFor();
    assert.equal(await share(), 0.5);
    goOn();
    await cost('bytes').filter({ hasText: '7664 bytes (× 1.00)' }).waitFor();
    await soFar('7664 bytes of 7664: 100 %').waitFor();
    assert.deepEqual(await pictures(page), ['256 × 160', '256 × 160', '256 × 160']);
  });

  for (const query of ['chunked', 'gzip']) {
    it(`has a bar that claims nothing with ?${query}, and a picture in the end`, async () => {
      await page.getByLabel('fetch asks for').selectOption(`/postcard.png?${query}`);
      await press('Ask for bytes');
      await soFar(/^[1-9]\d{3} bytes so far$/).waitFor();
      assert.equal(await share(), -1, 'a bar without a value');
      goOn();
      await soFar('7664 bytes of 7664: 100 %').waitFor();
    });
  }

  it('leaves in the middle when it is told to, and says so', async () => {
    const left = page.waitForEvent('requestfailed');
    await press('Ask for bytes');
    await soFar('bytes so far').waitFor();
    await press('Disconnect fetch');
    await left;
    await page.locator('#pieces li', { hasText: 'you left' }).waitFor();
    goOn();
  });

  it('is reached by the keyboard, objected to by nobody, and complains of nothing', async () => {
    await page.locator('#ask-json').focus();
    assert.deepEqual(await tabStops(page, 5), [
      'Ask for base64',
      'Disconnect EventSource',
      'Log of fetch',
      'Ask for bytes',
      'Disconnect fetch',
    ]);
    for (const width of [1200, 360]) {
      await page.setViewportSize({ width, height: 700 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page), [], `${colorScheme}, ${width} wide`);
      }
      const overhang = () => document.documentElement.scrollWidth - innerWidth;
      assert.ok((await page.evaluate(overhang)) <= 0);
    }
    assert.deepEqual(complaints, []);
  });
});

/** The size of each picture that is to be seen. */
function pictures(page: Page): Promise<string[]> {
  return page.locator('.card img:not([hidden])').evaluateAll((all) =>
    all.map((one) => {
      const { naturalWidth, naturalHeight } = one as HTMLImageElement;
      return `${naturalWidth} × ${naturalHeight}`;
    }),
  );
}
