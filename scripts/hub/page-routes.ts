// The hub's pages and their files: open to whoever reaches this machine's loopback address.
import { listSymptoms } from '../checking/symptoms.ts';
import { listLessons } from '../course/lessons.ts';
import { KitError } from '../kit-error.ts';
import { examinePage } from './examine-page.ts';
import type { Gate } from './guard.ts';
import { lessonData, stops } from './lesson-data.ts';
import { lessonPage, mapPage, notFoundPage } from './pages.ts';
import { Refusal } from './refusal.ts';
import type { Rooms } from './rooms.ts';
import { type Call, page, type Route } from './router.ts';
import { symptomsPage } from './symptoms-page.ts';

/** Scripts and styles are the hub's own; the lessons' pages may stand in its frames, it in none. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'", // the editor writes its own sheets
  "img-src 'self' data:",
  "font-src 'self'",
  // A page under check has a name of its own below localhost; see page-checks.ts.
  'frame-src http://localhost:* http://127.0.0.1:* http://*.localhost:*',
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function pageRoutes({ root, gate, assets }: Rooms): Route[] {
  return [
    page('/', async (call) => {
      sendPage(call, gate, 200, mapPage({ lessons: await stops(root) }));
    }),
    page('/examine', async (call) => {
      sendPage(call, gate, 200, examinePage({ lessons: await stops(root) }));
    }),
    page('/symptoms', async (call) => {
      const symptoms = await listSymptoms(listLessons(root));
      sendPage(call, gate, 200, symptomsPage({ lessons: await stops(root), symptoms }));
    }),
    page('/lessons/:folder', async (call) => {
      const { status, text } = await pageOf(root, call.params.folder!);
      sendPage(call, gate, status, text);
    }),
    page('/public/*', ({ request, response, params }) =>
      assets.sendPublic(request, response, params.rest!),
    ),
    page('/hub/:name', ({ request, response, params }) =>
      assets.sendHub(request, response, params.name!),
    ),
  ];
}

/** A lesson's page, or the one that says why it cannot be shown. */
async function pageOf(root: string, folder: string): Promise<{ status: number; text: string }> {
  try {
    return { status: 200, text: lessonPage(await lessonData(root, folder)) };
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof KitError)) throw error;
    const status = error instanceof Refusal ? error.status : 422;
    return { status, text: notFoundPage({ sentence: error.message, lessons: await stops(root) }) };
  }
}

function sendPage({ request, response }: Call, gate: Gate, status: number, text: string): void {
  // The browser keeps the key for one origin alone, and the learner's code runs on 127.0.0.1.
  if (request.headers.host?.startsWith('127.')) {
    response.writeHead(307, {
      Location: `http://localhost:${gate.port}${request.url}`,
      'Content-Length': 0,
    });
    response.end();
    return;
  }
  const body = Buffer.from(text);
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Frame-Options': 'DENY',
  });
  response.end(body);
}
