// A lesson's page put together: each part is given what it needs, and nothing is decided here.
import { ask } from './api.ts';
import { showBoard } from './board.ts';
import { CodeBySteps } from './code.ts';
import { showCut } from './cut.ts';
import { button, byId } from './dom.ts';
import { Exercise } from './exercise.ts';
import { ExercisePanel } from './exercise-panel.ts';
import { Hints } from './hints.ts';
import { currentKey, takeKeyFromAddress } from './key.ts';
import { checkKey } from './key-notice.ts';
import { type LessonInPage, readPageData } from './lesson-data.ts';
import { showLevers, showWatch, stageWord } from './levers.ts';
import { showLine } from './line.ts';
import { Live, showLiveState } from './live.ts';
import { showNow } from './now.ts';
import { showOutput } from './output.ts';
import { offerPackages } from './packages.ts';
import { servePageChecks } from './page-check.ts';
import { servePresenter, showNotesAlone } from './presenter.ts';
import type { Progress } from './progress.ts';
import type { StageState, Which } from './protocol.ts';
import { serveSplit } from './split.ts';
import { Stage } from './stage.ts';
import { showSteps } from './steps.ts';
import { keep, keepThroughCrash, recall, recallAfterCrash } from './storage.ts';
import { followArrows } from './tabs.ts';
import { showTraps } from './traps.ts';
import { Verdicts } from './verdicts.ts';

takeKeyFromAddress();
if (!showNotesAlone()) openLesson(readPageData<LessonInPage>());

function openLesson(lesson: LessonInPage): void {
  const { folder } = lesson;
  const live = new Live();
  showLiveState(live, byId('live'));
  showLine(live, lesson.lessons);

  const verdicts = new Verdicts(live, folder, lesson.steps);
  const hints = new Hints(folder);
  showBoard(verdicts);
  showCut(live, lesson);
  offerPackages(lesson);
  servePageChecks(live, folder);
  showSteps(verdicts);
  followProgress(live, folder, verdicts, hints);

  const exercise = new Exercise(live, folder);
  const panel = new ExercisePanel(lesson, exercise, () => verdicts.clear());
  const stage = new Stage(live, folder);
  const code = new CodeBySteps(lesson);
  const openTab = showTabs(code);
  showNow({ lesson, verdicts, hints, panel, openExercise: () => openTab('exercise') });
  serveStage(stage, lesson, code);
  showOutput(live, stage, folder);
  serveKeys(panel);
  serveSplit();
  const press = servePresenter({
    previousStep: () => {
      openTab('code');
      code.go(code.step - 1);
    },
    nextStep: () => {
      openTab('code');
      code.go(code.step + 1);
    },
    resetStage: () => resetStage(stage, folder, code),
    onBig: (isBig) => {
      if (isBig) openTab('code');
      stage.present(isBig);
    },
  });
  stage.onKey(press);

  live.connect();
  checkKey();
}

/** What was done before this page was opened: steps that passed, hints that were read. */
function followProgress(live: Live, folder: string, verdicts: Verdicts, hints: Hints): void {
  live.on<Progress>('progress', ({ lessons }) => {
    const own = lessons[folder];
    if (!own) return;
    const latest = Object.entries(own.latest?.steps ?? {});
    verdicts.remember(latest.filter(([, ok]) => ok === true).map(([step]) => Number(step)));
    for (const hint of own.hints) {
      const [step = 0, number = 0] = hint.split('.').map(Number);
      hints.show(step, number);
    }
  });
}

/** Stage, switch, levers and traps; and the step of the finished lesson, which survives a reload. */
function serveStage(stage: Stage, lesson: LessonInPage, code: CodeBySteps): void {
  const { folder } = lesson;
  const say = sayOnStage;
  const lastShown = Number(recallAfterCrash(`step:${folder}`) || Number.NaN);
  // Without the key only the whole lesson is shown: another step would be run for everybody.
  const stepOnStage = () => (currentKey() === undefined ? undefined : code.step);
  const watch = (which: Which) => {
    keep('tab', `watch:${folder}`, which);
    stage.show(which);
  };
  showWatch(stage, watch);
  showLevers(stage, folder, say);
  showTraps({ folder, traps: lesson.traps, stage, watchFinished: () => watch('finished') });
  const whole = button('Whole lesson', () => {
    if (code.step === code.last) stage.show('finished', code.last);
    else code.go(code.last);
  });
  byId('stage-state').after(' ', whole);
  stage.onChange((state: StageState) => {
    byId('stage-state').textContent = stageWord(state);
    whole.hidden =
      stage.which !== 'finished' || state.step === undefined || currentKey() === undefined;
  });

  let isSetUp = false;
  code.onStep((step) => {
    if (!isSetUp) return;
    keepThroughCrash(`step:${folder}`, String(step));
    if (stepOnStage() !== undefined) {
      keep('tab', `watch:${folder}`, 'finished');
      stage.show('finished', step);
    }
  });
  const isPresenting = Number.isInteger(lastShown) && currentKey() !== undefined;
  code.go(Number.isInteger(lastShown) ? lastShown : 0);
  isSetUp = true;
  const wasMine = recall('tab', `watch:${folder}`) === 'mine' && currentKey() !== undefined;
  if (wasMine) stage.show('mine');
  else stage.show('finished', isPresenting ? lastShown : undefined);
}

/** What a lever did, said for a while: then how the server stands is news again. */
function sayOnStage(word: string): void {
  const place = byId('stage-word');
  place.textContent = word;
  setTimeout(() => {
    if (place.textContent === word) place.textContent = '';
  }, 8000);
}

/**
 * One key, and the demonstration is as it was when the lesson was opened: levers off, no trap, the
 * whole lesson on the stage and the starter in the code, its page and what passed on the wire anew.
 */
async function resetStage(stage: Stage, folder: string, code: CodeBySteps): Promise<void> {
  const off = { slow: 0, split: 0, hold: 0 };
  const levers = (['finished', 'mine'] as const).map((which) =>
    // One that has not been shown yet has no levers to put back.
    ask('POST', `/api/stages/${which}/${folder}/levers`, off).catch(() => {}),
  );
  await Promise.all(levers);
  code.begin();
  keepThroughCrash(`step:${folder}`, '');
  // A step that is asked for by number has no trap; without the key none is set.
  const step = currentKey() === undefined ? undefined : code.last;
  if (stage.which === 'mine') {
    await ask('POST', `/api/stages/finished/${folder}`, { step }).catch(() => {});
  }
  await stage.renew(stage.which === 'finished' ? step : undefined);
}

type Tab = 'exercise' | 'code' | 'output';

/** The tabs of the desk. @returns what opens one of them */
function showTabs(code: CodeBySteps): (name: Tab) => void {
  const names: Tab[] = ['exercise', 'code', 'output'];
  const openTab = (wanted: Tab) => {
    for (const name of names) {
      const tab = byId(`tab-${name}`);
      tab.setAttribute('aria-selected', String(name === wanted));
      tab.tabIndex = name === wanted ? 0 : -1;
      byId(name).hidden = name !== wanted;
      const files = document.getElementById(`${name}-files`);
      if (files) files.hidden = name !== wanted;
    }
    document.body.dataset.tab = wanted;
    if (wanted === 'code') code.draw();
  };
  for (const name of names) byId(`tab-${name}`).addEventListener('click', () => openTab(name));
  followArrows(byId('tab-exercise').parentElement!);
  return openTab;
}

function serveKeys(panel: ExercisePanel): void {
  const does: Record<string, () => void> = {
    s: () => panel.save(),
    Enter: () => panel.check(),
  };
  addEventListener(
    'keydown',
    (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      const act = does[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    // Before the editor, where Ctrl Enter would make an empty line.
    { capture: true },
  );
}
