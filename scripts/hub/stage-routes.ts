// What one can ask of a stage: show a step, the learner's own or a trap, and pull the levers.
import { recordPrediction } from '../checking/progress.ts';
import { loadTraps } from '../checking/traps.ts';
import { checkStep } from '../course/derive.ts';
import { checkKey } from './guard.ts';
import { choiceIn, leversIn, numberIn, textIn } from './input.ts';
import { lessonAt } from './lesson-data.ts';
import type { StageEvent } from './live-events.ts';
import { Refusal } from './refusal.ts';
import type { Rooms } from './rooms.ts';
import { type Call, keyed, open, type Route, sendJson } from './router.ts';
import type { Stage } from './stage.ts';
import { lastStep } from './stages.ts';

export function stageRoutes(rooms: Rooms): Route[] {
  const { root, stages, gate } = rooms;
  const leversOf = (call: Call) => stageOf(rooms, call.params.which, call.params.folder!);
  return [
    open('POST', '/api/stages/finished/:folder', async (call) =>
      unlessBroken(call, await showFinished(rooms, call)),
    ),
    keyed('POST', '/api/stages/mine/:folder', async (call) =>
      unlessBroken(call, await stages.showMine(lessonAt(root, call.params.folder!))),
    ),
    keyed('POST', '/api/stages/finished/:folder/trap', (call) => showTrap(rooms, call)),
    keyed('POST', '/api/stages/:which/:folder/levers', async (call) =>
      leversOf(call).set(leversIn(await call.body())),
    ),
    keyed('POST', '/api/stages/:which/:folder/cut', (call) => ({ cut: leversOf(call).cut() })),
    keyed('POST', '/api/stages/:which/:folder/cut-in-mid-event', (call) => {
      leversOf(call).cutInMidEvent();
      return { ok: true };
    }),
    open('POST', '/api/announce', async (call) => {
      const { stage, folder, view, reader, url, label } = await call.body();
      if (stage === 'mine') checkKey(gate, call.request);
      stageOf(rooms, stage, textIn('folder', folder)).announce({
        view: textIn('view', view),
        reader: textIn('reader', reader),
        url: textIn('url', url),
        label: textIn('label', label ?? ''),
      });
      return { ok: true };
    }),
  ];
}

function stageOf({ root, stages }: Rooms, which: unknown, folder: string): Stage {
  if (which !== 'finished' && which !== 'mine') {
    throw new Refusal(404, `A stage is "finished" or "mine", and not ${JSON.stringify(which)}.`);
  }
  return stages.of(which, lessonAt(root, folder));
}

/** No page is to be loaded from a stage that is broken: its port may be another program's. */
function unlessBroken({ response }: Call, event: StageEvent): StageEvent | undefined {
  if (event.state !== 'broken') return event;
  sendJson(response, 409, { error: event.message ?? 'The server does not run.', ...event });
  return undefined;
}

/** Whoever only reads sees what there is; an earlier step is chosen by who holds the key. */
async function showFinished({ root, gate, stages }: Rooms, call: Call) {
  const lesson = lessonAt(root, call.params.folder!);
  const { step } = await call.body();
  if (step === undefined || step === null) return stages.keepFinished(lesson);
  const wished = numberIn('step', step);
  checkStep(lesson, wished);
  const shown = stages.of('finished', lesson).program;
  const isShown = !shown?.trap && wished === (shown?.step ?? lastStep(lesson));
  if (!isShown) checkKey(gate, call.request);
  return stages.showFinished(lesson, wished);
}

/** Switches a trap on, or with `name: null` off; the answer is given away only here. */
async function showTrap({ root, stages, progress }: Rooms, call: Call) {
  const lesson = lessonAt(root, call.params.folder!);
  const { name, prediction } = await call.body();
  if (name === null) return stages.endTrap(lesson);
  const traps = await loadTraps(lesson);
  const trap = traps.find((one) => one.name === name);
  if (!trap) {
    const names = traps.map((one) => one.name).join(', ');
    throw new Refusal(
      404,
      `${JSON.stringify(name) ?? 'Nothing'} is no trap of this lesson; it has ${names}.`,
    );
  }
  const { answer, explanation } = trap.prediction;
  if (prediction !== undefined && prediction !== null) {
    const choice = choiceIn(prediction);
    await recordPrediction(root, lesson.folder, trap.name, { choice, right: choice === answer });
    await progress.tell();
  }
  return { ...(await stages.showTrap(lesson, trap)), answer, explanation };
}
