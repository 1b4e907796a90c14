// axe, put into a page as it stands.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from 'playwright';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe holds against a page at rest, one line a violation. */
export async function violations(place: Page | Frame): Promise<string[]> {
  const page = 'page' in place ? place.page() : place;
  await page.emulateMedia({ reducedMotion: 'reduce' }); // a page that goes on hearing never comes to rest
  await place.evaluate(axe);
  const found = await place.evaluate(async () => {
    await Promise.all(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().iterations === 1)
        .map((animation) => animation.finished.catch(() => undefined)),
    );
    type Axe = { run(context: Document, options: object): Promise<{ violations: Violation[] }> };
    type Violation = {
      id: string;
      help: string;
      nodes: { html: string; failureSummary: string }[];
    };
    const found = await (window as unknown as { axe: Axe }).axe.run(document, {
      resultTypes: ['violations'],
    });
    return found.violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
    );
  });
  await page.emulateMedia({ reducedMotion: null });
  return found;
}
