// Every address of the hub.
import { lacksFrameworks, provideFrameworks } from '../course/frameworks.ts';
import { KitError } from '../kit-error.ts';
import { exerciseRoutes } from './exercise-routes.ts';
import { checkKey } from './guard.ts';
import { proofOf } from './key.ts';
import { codeAtStep, lessonAt, lessonData, stops } from './lesson-data.ts';
import { pageCheckRoutes } from './page-check-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { Refusal } from './refusal.ts';
import type { Rooms } from './rooms.ts';
import { keyed, open, type Route } from './router.ts';
import { stageRoutes } from './stage-routes.ts';
import { lastStep } from './stages.ts';

/** All routes; each says whether it needs the key. */
export function routes(rooms: Rooms): Route[] {
  return [
    ...pageRoutes(rooms),
    ...courseRoutes(rooms),
    ...stageRoutes(rooms),
    ...exerciseRoutes(rooms),
    ...pageCheckRoutes(rooms),
    // It brings half of the wire room along, which is loaded when somebody examines.
    keyed('POST', '/api/examine', async (call) => {
      const { examineStream } = await import('./examine-stream.ts');
      return examineStream(call);
    }),
  ];
}

function courseRoutes({ root, gate, live, stages }: Rooms): Route[] {
  return [
    open('GET', '/api/lessons', async () => ({ lessons: await stops(root) })),
    open('GET', '/api/lessons/:folder', async ({ params }) => {
      const { lessons: _all, ...data } = await lessonData(root, params.folder!);
      return data;
    }),
    open('GET', '/api/lessons/:folder/code', ({ params, query }) => {
      const lesson = lessonAt(root, params.folder!);
      const step = query.get('step');
      if (step !== null && !/^\d{1,3}$/.test(step)) {
        throw new Refusal(400, `step=${step} is no step; give a whole number from 0.`);
      }
      return codeAtStep(lesson, step === null ? lastStep(lesson) : Number(step));
    }),
    keyed('POST', '/api/lessons/:folder/packages', async ({ params }) => {
      const lesson = lessonAt(root, params.folder!);
      if (!(await lacksFrameworks(root, lesson))) return { fetched: false };
      try {
        await provideFrameworks(root, () => {});
      } catch (error) {
        if (error instanceof KitError) throw new Refusal(502, error.message);
        throw error;
      }
      await Promise.all(
        stages.all().map((stage) => stage.lesson.folder === lesson.folder && stage.restart()),
      );
      return { fetched: true };
    }),
    open('GET', '/live', ({ request, response, keyed: isKeyed }) => {
      // A wrong key is said at once: the stream without it would look like all there is.
      if (request.headers['x-kit-key'] !== undefined) checkKey(gate, request);
      return live.connect(request, response, isKeyed);
    }),
    // A second start asks who is here, before it shows the key to anybody.
    open('GET', '/api/proof', ({ query }) => {
      const question = query.get('question') ?? '';
      if (!/^[\w-]{16,64}$/.test(question)) {
        throw new Refusal(400, 'A question has 16 to 64 letters and digits; send ?question=….');
      }
      return { proof: proofOf(gate.key, question) };
    }),
    keyed('POST', '/api/key', () => ({ ok: true })),
  ];
}
