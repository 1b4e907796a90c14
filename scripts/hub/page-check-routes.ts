// What the tabs of the hub say about pages under check; all of it needs the key.
import { textIn } from './input.ts';
import type { Rooms } from './rooms.ts';
import { keyed, type Route } from './router.ts';

export function pageCheckRoutes({ pageChecks }: Rooms): Route[] {
  return [
    keyed('POST', '/api/page-check/:id/claim', async ({ params, body }) => {
      const { visible } = await body();
      return pageChecks.claim(params.id!, visible === true);
    }),
    keyed('POST', '/api/page-check/:id/answer', async ({ params, body }) => {
      const { question } = await body();
      pageChecks.answer(params.id!, textIn('question', question));
      return { ok: true };
    }),
    keyed('POST', '/api/page-check/:id/gone', ({ params }) => {
      pageChecks.gone(params.id!);
      return { ok: true };
    }),
  ];
}
