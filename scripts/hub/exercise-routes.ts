// What one can ask of an exercise and of one's progress; all of it needs the key.
import { recordHint } from '../checking/progress.ts';
import { numberIn, textIn } from './input.ts';
import { lessonAt } from './lesson-data.ts';
import { Refusal } from './refusal.ts';
import type { Rooms } from './rooms.ts';
import { type Call, keyed, type Route, sendJson } from './router.ts';

export function exerciseRoutes(rooms: Rooms): Route[] {
  const { root, exercises, progress } = rooms;
  const lessonOf = ({ params }: Call) => lessonAt(root, params.folder!);
  return [
    keyed('GET', '/api/exercise/:folder', (call) => exercises.open(lessonOf(call))),
    keyed('PUT', '/api/exercise/:folder/:file', (call) => save(rooms, call)),
    keyed('POST', '/api/exercise/:folder/reset', async (call) => {
      const { step } = await call.body();
      return exercises.reset(lessonOf(call), numberIn('step', step ?? 0));
    }),
    keyed('POST', '/api/exercise/:folder/check', async (call) => ({
      run: await exercises.check(lessonOf(call)),
    })),
    keyed('POST', '/api/exercise/:folder/cut', (call) => rooms.cuts.start(lessonOf(call))),
    keyed('POST', '/api/exercise/:folder/open', async (call) => {
      const { file } = await call.body();
      return { editor: await exercises.openInEditor(lessonOf(call), textIn('file', file)) };
    }),
    keyed('GET', '/api/progress', () => progress.read()),
    keyed('POST', '/api/progress/hint', async (call) => {
      const { folder, step, number } = await call.body();
      const lesson = lessonAt(root, textIn('folder', folder));
      await recordHint(root, lesson.folder, numberIn('step', step), numberIn('number', number));
      await progress.tell();
      return progress.read();
    }),
  ];
}

async function save({ root, exercises }: Rooms, call: Call) {
  const lesson = lessonAt(root, call.params.folder!);
  const { text, base } = await call.body();
  if (typeof text !== 'string') {
    throw new Refusal(400, 'There is no text to save; send { "text": …, "base": … }.');
  }
  // The base of a file that is gone is null, as its `exercise` event has said.
  const known = typeof base === 'string' ? base : '';
  const saved = await exercises.save(lesson, call.params.file!, text, known);
  if (saved.ok) return { hash: saved.hash };
  const { message, hash, text: onDisk, deleted } = saved;
  sendJson(call.response, 409, { error: message, hash, text: onDisk, deleted });
  return undefined;
}
