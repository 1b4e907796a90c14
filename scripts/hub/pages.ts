// The hub's pages, from data to HTML: the map of the course, a lesson, and "not here".
//
// The pages load /public/fonts.css, /public/tokens.css and what is built from public/hub/:
// /hub/hub.css, /hub/map.js, /hub/lesson.js and /hub/live-worker.js. They need a Content-Security-Policy
// no wider than: default-src 'self'; style-src 'self' 'unsafe-inline' (the editor writes its own
// sheets); frame-src http://localhost:* http://127.0.0.1:* (the lessons' pages); img-src 'self' data:.
import { html, jsonInside, type Markup, trusted } from './markup.ts';

/** One lesson as the map and the railway line know it. `problem` says why one cannot be opened. */
export interface Stop {
  number: number;
  folder: string;
  title: string;
  part: string;
  question: string;
  available: boolean;
  problem?: string | undefined;
  /** How long the core steps take. */
  minutes?: number | undefined;
  /** How many steps it has, for "2 of 4 steps". */
  steps?: number | undefined;
  /** Where any one of some steps completes the lesson: which. */
  anyOf?: number[] | undefined;
}

export interface MapData {
  lessons: Stop[];
}

/** What GET /api/lessons/:folder answers, and the whole course beside it for the line in the header. */
export interface LessonData {
  number: number;
  folder: string;
  title: string;
  part: string;
  question: string;
  /** Rendered from the lesson's own README.md: the one place that HTML may come from. */
  html: { text: string; steps?: string | undefined; stage: string };
  steps: { step: number; title: string; files: string[]; further?: boolean }[];
  hints: { step: number; number: number; html: string }[];
  traps: {
    name: string;
    step: number;
    title: string;
    prediction: { question: string; choices: string[] };
  }[];
  files: string[];
  /** Whether there is something to be cut a hundred times. */
  cutTest?: boolean;
  /** The packages of its own that are still to be fetched, in words; undefined if there are none. */
  lacks?: string;
  lessons: Stop[];
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** The page at `/`. */
export function mapPage({ lessons }: MapData): string {
  const parts = [...new Set(lessons.map((lesson) => lesson.part))];
  return whole({
    title: 'Down the Wire',
    script: 'map',
    className: 'map',
    header: header([], undefined),
    main: html`
<main id="main" tabindex="-1">
  <div class="welcome">
    <h1>Streaming over HTTP, byte by byte</h1>
    <p>Each lesson is a small server and a page. The same stream comes to the page twice: through
      EventSource and through fetch. Between the two you see every byte of the wire. You pull a lever,
      see what breaks, and write the server yourself.</p>
  </div>
  <section id="onward" class="onward" aria-labelledby="onward-title">
    <h2 id="onward-title">Next departure</h2>
    ${onward(lessons)}
  </section>
  <section id="key-notice" class="notice" aria-labelledby="key-title" hidden></section>
  <section class="network" aria-labelledby="network-title">
    <h2 id="network-title" class="unseen">The course</h2>
    ${parts.map((part, index) => partOfMap(part, index, lessons))}
  </section>
  <p class="elsewhere">Something is wrong, and you do not know why? Look it up <a href="/symptoms">by what you see</a>.
    A stream at work gives you trouble? <a href="/examine">Examine a stream</a>.</p>
</main>`,
    data: { lessons },
  });
}

function onward(lessons: Stop[]): Markup {
  const first = lessons.find((lesson) => lesson.available);
  if (!first) return html`<p>No lesson can be opened yet.</p>`;
  return html`<a class="departure" href="/lessons/${first.folder}"><span class="number">${twoDigits(first.number)}</span>
      <span class="title">${first.title}</span><span class="question">${first.question}</span>
      <span class="go">Begin here <span aria-hidden="true">→</span></span></a>`;
}

const ordinals = ['one', 'two', 'three', 'four', 'five', 'six'];

function partOfMap(part: string, index: number, lessons: Stop[]): Markup {
  return html`
    <section class="part" aria-labelledby="part-${index + 1}">
      <h3 id="part-${index + 1}"><span>Part ${ordinals[index] ?? index + 1}</span> ${part}</h3>
      <ol>${lessons.filter((lesson) => lesson.part === part).map(stopOfMap)}</ol>
    </section>`;
}

function stopOfMap(lesson: Stop): Markup {
  const state = lesson.available ? 'not begun' : lesson.problem ? 'cannot be opened' : 'to come';
  const title = lesson.available
    ? html`<a href="/lessons/${lesson.folder}">${lesson.title}</a>`
    : html`<span class="name">${lesson.title}</span>`;
  return html`
        <li class="stop ${lesson.available ? 'ready' : 'to-come'}" data-folder="${lesson.folder}">
          <span class="mark" aria-hidden="true"></span>
          <p class="heading"><span class="number">${twoDigits(lesson.number)}</span> ${title}</p>
          <p class="question">${lesson.question}</p>
          <p class="state"><span class="word">${state}</span>${
            lesson.available && lesson.minutes
              ? html`<span class="minutes">about ${lesson.minutes} minutes</span>`
              : ''
          }</p>
          ${lesson.problem && html`<p class="problem">${lesson.problem}</p>`}
        </li>`;
}

/** The page at `/lessons/:folder`. With `?notes` the browser shows the stage notes alone. */
export function lessonPage(data: LessonData): string {
  return whole({
    title: `${twoDigits(data.number)} ${data.title} · Down the Wire`,
    script: 'lesson',
    className: 'lesson',
    header: header(data.lessons, data),
    skips: html`<a href="#text">Skip to the text</a><a href="#stage">Skip to the stage</a
      ><a href="#work">Skip to your exercise</a><a href="#board">Skip to the verdicts</a>`,
    main: html`
<main id="main">
  ${textColumn(data)}
  <div class="bench">
    ${stage(data)}
    <div id="split" class="split" role="separator" tabindex="0" aria-orientation="horizontal"
      aria-label="Height of the stage" aria-controls="stage" aria-valuemin="20" aria-valuemax="80" aria-valuenow="50"></div>
    <div class="desk">
      ${work(data)}
      ${board(data)}
    </div>
  </div>
</main>
<nav class="jump" aria-label="On this page"><a href="#text">Text</a><a href="#stage">Stage</a><a
  href="#work">Exercise</a><a href="#board">Verdicts</a></nav>
<dialog id="dialog" aria-labelledby="dialog-title"></dialog>`,
    data: forTheBrowser(data),
  });
}

/** What the page's script needs to know; the text itself stands in the page already. */
function forTheBrowser({ html: _text, hints, ...rest }: LessonData) {
  return { ...rest, hints: hints.map(({ step, number }) => ({ step, number })) };
}

function textColumn(data: LessonData): Markup {
  const index = data.lessons.findIndex((lesson) => lesson.folder === data.folder);
  const before = data.lessons.slice(0, Math.max(index, 0)).findLast((lesson) => lesson.available);
  const after = data.lessons.slice(index + 1).find((lesson) => lesson.available);
  const parts = divideSteps(data.html.steps ?? '');
  return html`<article id="text" tabindex="-1" aria-labelledby="title">
    <p class="place">${data.part}, lesson ${twoDigits(data.number)}</p>
    <h1 id="title">${data.title}</h1>
    <p class="question">${data.question}</p>
    ${
      data.lacks &&
      html`<div id="packages" class="packages"><p>This lesson compares with packages that are not here yet
      (${data.lacks}). Without them it works in part.</p></div>`
    }
    <div class="prose">${trusted(data.html.text)}</div>
    <section id="steps" aria-labelledby="steps-title">
      <h2 id="steps-title">Steps</h2>
      ${parts.opening && html`<div class="prose">${trusted(parts.opening)}</div>`}
      <ol class="steps">${data.steps.map((step) => stepItem(step, data, parts.steps.get(step.step)))}</ol>
    </section>
    ${parts.rest && html`<div class="prose">${trusted(parts.rest)}</div>`}
    ${
      data.html.stage.trim() !== '' &&
      html`<details id="notes" class="notes"><summary>On stage: notes for a presenter</summary>
      <div class="prose">${trusted(data.html.stage)}</div></details>`
    }
    <nav class="neighbours" aria-label="Lessons before and after">
      ${before && html`<a href="/lessons/${before.folder}"><span aria-hidden="true">←</span> ${twoDigits(before.number)} ${before.title}</a>`}
      <a href="/">The course</a>
      ${after && html`<a href="/lessons/${after.folder}">${twoDigits(after.number)} ${after.title} <span aria-hidden="true">→</span></a>`}
    </nav>
  </article>`;
}

/**
 * Takes the rendered part on steps apart: what stands before `### Step 1`, the text of each step by
 * its number, and what follows from the next heading of the second level on.
 */
export function divideSteps(text: string): {
  opening: string;
  steps: Map<number, string>;
  rest: string;
} {
  const end = text.search(/<h2\b/);
  const [about, rest] = end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end)];
  const [opening = '', ...pieces] = about.split(/<h3\b[^>]*>\s*Step (\d+)\s*<\/h3>/);
  const steps = new Map<number, string>();
  for (let index = 0; index < pieces.length; index += 2) {
    steps.set(Number(pieces[index]), pieces[index + 1] ?? '');
  }
  return { opening: opening.trim(), steps, rest };
}

function stepItem(
  step: LessonData['steps'][number],
  { hints, steps }: LessonData,
  text: string | undefined,
): Markup {
  const own = hints.filter((hint) => hint.step === step.step);
  return html`
        <li data-step="${step.step}"><details${step === steps[0] && html` open`}><summary><span class="number">${step.step}</span><span
          class="title">${step.title}${step.further && html` <span class="further">a further step</span>`}</span><span class="state"></span></summary>
          ${text && html`<div class="prose">${trusted(text)}</div>`}
          ${own.map(
            (hint) =>
              html`<div class="hint" data-number="${hint.number}" hidden><p class="hint-title">Hint ${hint.number}</p>
            <div class="prose">${trusted(hint.html)}</div></div>`,
          )}
          ${own.length > 0 && html`<button type="button" class="ask-hint">A hint for step ${step.step}</button>`}
        </details></li>`;
}

function stage(data: LessonData): Markup {
  return html`<section id="stage" class="stage" tabindex="-1" aria-labelledby="stage-title">
      <h2 id="stage-title" class="unseen">The stage: ${data.title}</h2>
      <div id="trap-banner" class="banner" hidden></div>
      <div id="frame" class="frame" data-title="${data.title}">
        <p id="frame-word" class="frame-word">The stage is being set.</p>
      </div>
      <div class="rail">
        <div id="watch" class="watch" role="group" aria-label="What the stage shows">
          <button type="button" data-which="finished" aria-pressed="true">finished</button><button
            type="button" data-which="mine" aria-pressed="false">mine</button>
        </div>
        <div id="levers" class="levers" role="group" aria-label="Levers of the wire"></div>
        <div id="trap-choice" class="trap-choice"></div>
        <p class="stage-words"><span id="stage-word" role="status"></span> <span id="stage-state"></span></p>
      </div>
    </section>`;
}

function work(data: LessonData): Markup {
  return html`<section id="work" class="work" tabindex="-1" aria-labelledby="work-title">
        <h2 id="work-title" class="unseen">The code</h2>
        <div id="now" class="now"></div>
        <div class="tab-row">
          <div class="tabs" role="tablist" aria-label="Whose code">
            <button type="button" role="tab" id="tab-exercise" aria-controls="exercise" aria-selected="true">My exercise</button>
            <button type="button" role="tab" id="tab-code" aria-controls="code" aria-selected="false" tabindex="-1">Step by step</button>
            <button type="button" role="tab" id="tab-output" aria-controls="output" aria-selected="false" tabindex="-1">Output</button>
          </div>
          <div id="exercise-files" class="files"></div>
          <div id="code-files" class="files" hidden></div>
        </div>
        <div id="exercise" class="panel" role="tabpanel" aria-labelledby="tab-exercise">
          <noscript><p>The exercise needs JavaScript. Your files are in playground/${data.folder}; edit
            them there and run: npm run check -- ${twoDigits(data.number)}</p></noscript>
        </div>
        <div id="code" class="panel" role="tabpanel" aria-labelledby="tab-code" hidden></div>
        <div id="output" class="panel" role="tabpanel" aria-labelledby="tab-output" hidden></div>
      </section>`;
}

function board(data: LessonData): Markup {
  return html`<section id="board" class="board" tabindex="-1" aria-labelledby="board-title">
        <div class="board-head"><h2 id="board-title">Verdicts</h2><p id="board-note"></p></div>
        <p id="board-sum" class="board-sum"></p>
        <ol id="verdicts" class="flaps">${data.steps.map(
          (step) => html`
          <li class="flap" data-step="${step.step}" data-state="waiting"><div class="flap-line"><span class="number">${step.step}</span><span
            class="title">${step.title}</span><span class="word">not yet</span></div></li>`,
        )}</ol>
        ${data.cutTest && html`<div id="cut" class="cut-test" hidden></div>`}
        <p id="outcome" class="unseen" role="status" aria-live="polite"></p>
      </section>`;
}

/** The page for an address that leads nowhere. `sentence` says what came and what was meant. */
export function notFoundPage(data: { sentence?: string; lessons?: Stop[] } = {}): string {
  return whole({
    title: 'Not here · Down the Wire',
    className: 'nowhere',
    header: header(data.lessons ?? [], undefined),
    main: html`
<main id="main" tabindex="-1"><h1>No train stops here</h1>
  <p>${data.sentence ?? 'This address leads to no lesson and to no file.'}</p>
  <p><a href="/">Go to the map of the course</a></p></main>`,
  });
}

/** The course as a railway line: a stop for each lesson, dotted where a new part begins. */
export function header(lessons: Stop[], here: { folder: string } | undefined): Markup {
  const stops = lessons.map((lesson, index) => {
    const begins = index > 0 && lessons[index - 1]!.part !== lesson.part;
    const isHere = lesson.folder === here?.folder;
    const classes = [isHere && 'here', !lesson.available && 'to-come', begins && 'begins'];
    const word = isHere ? 'you are here' : lesson.available ? '' : 'to come';
    const label = html`<span class="number">${twoDigits(lesson.number)}</span><span class="unseen"> </span><span
      class="title">${lesson.title}</span><span class="unseen state">${word && `, ${word}`}</span>`;
    return html`<li class="${classes.filter(Boolean).join(' ')}" data-folder="${lesson.folder}">${
      lesson.available
        ? html`<a href="/lessons/${lesson.folder}"${isHere && html` aria-current="page"`}>${label}</a>`
        : html`<span class="closed">${label}</span>`
    }</li>`;
  });
  return html`<header class="top">
  <a class="brand" href="/"><svg viewBox="0 0 76 30" fill="none" stroke="currentColor" stroke-width="2.4" aria-hidden="true"><path d="M8 29V5M3 9h10M68 29V5M63 9h10"/><path class="wire" d="M3 7Q38 24 73 7"/><circle class="lamp" cx="38" cy="15.5" r="3.6" stroke="none"/></svg><span>Down the Wire</span></a>
  ${stops.length > 0 && html`<nav class="line" aria-label="Lessons"><ol>${stops}</ol></nav>`}
  <div class="tools"><p id="live" class="live" role="status"></p>${
    here &&
    html`<button type="button" id="big" aria-pressed="false">Big screen</button><button type="button" id="keys" aria-label="Keys of this page">?</button>`
  }</div>
</header>`;
}

interface Whole {
  title: string;
  className: string;
  script?: string;
  header: Markup;
  skips?: Markup;
  main: Markup;
  data?: unknown;
}

export function whole({ title, className, script, header: top, skips, main, data }: Whole): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/public/fonts.css">
<link rel="stylesheet" href="/public/tokens.css">
<link rel="stylesheet" href="/hub/hub.css">
${script && html`<script type="module" src="/hub/${script}.js"></script>`}
</head>
<body class="${className}">
<nav class="skips" aria-label="Skip">${skips ?? html`<a href="#main">Skip to the course</a>`}</nav>
${top}
${main}
${data !== undefined && html`<script type="application/json" id="data">${jsonInside(data)}</script>`}
</body>
</html>
`.text;
}
