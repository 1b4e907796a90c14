// The pages as the server renders them: what is data in them stays text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, jsonInside, trusted } from '../../scripts/hub/markup.ts';
import {
  divideSteps,
  type LessonData,
  lessonPage,
  mapPage,
  notFoundPage,
  type Stop,
} from '../../scripts/hub/pages.ts';

const nasty = `"><img src=x onerror=alert(1)> & 'co'`;
const stop: Stop = {
  number: 1,
  folder: '01-event-stream',
  title: nasty,
  part: 'EventSource',
  question: nasty,
  available: true,
};
const lesson: LessonData = {
  ...stop,
  html: { text: '<p>The idea.</p>', stage: '<p>Say one sentence.</p>' },
  steps: [{ step: 1, title: nasty, files: [nasty] }],
  hints: [{ step: 1, number: 1, html: '<p>Look again.</p>' }],
  traps: [{ name: 'one', step: 1, title: nasty, prediction: { question: nasty, choices: ['a'] } }],
  files: ['server.ts'],
  lessons: [stop, { ...stop, number: 2, folder: '02-fields', available: false }],
};

test('a template escapes what is put into it, and leaves markup alone', () => {
  const text = html`<p title="${nasty}">${['<b>', 1, undefined, false, trusted('<i>')]}</p>`.text;
  assert.equal(
    text,
    '<p title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt; &amp; &#39;co&#39;">&lt;b&gt;1<i></p>',
  );
});

test('JSON in a page cannot end its script', () => {
  const text = jsonInside({ a: '</script><!--' }).text;
  assert.doesNotMatch(text, /</);
  assert.deepEqual(JSON.parse(text), { a: '</script><!--' });
});

test('titles, questions and sentences are text on every page', () => {
  const pages = [
    mapPage({ lessons: [{ ...stop, problem: nasty, available: false }, stop] }),
    lessonPage(lesson),
    notFoundPage({ sentence: nasty, lessons: [stop] }),
  ];
  for (const page of pages) assert.doesNotMatch(page, /<img/);
});

test('the text of the lesson is HTML, and hints are folded away', () => {
  const page = lessonPage(lesson);
  assert.match(page, /<p>The idea\.<\/p>/);
  assert.match(page, /<div class="hint" data-number="1" hidden>/);
});

test('a lesson to come is named and not linked', () => {
  const page = mapPage({ lessons: lesson.lessons });
  assert.match(page, /href="\/lessons\/01-event-stream"/);
  assert.doesNotMatch(page, /href="\/lessons\/02-fields"/);
  assert.match(page, /to come/);
});

test('the text on a step stands with its step', () => {
  const { opening, steps, rest } = divideSteps(
    '<p>All in one file.</p><h3>Step 1</h3><p>One.</p><h3 id="x">Step 2</h3><p>Two.</p><h2>On the wire</h2><p>Rest.</p>',
  );
  assert.equal(opening, '<p>All in one file.</p>');
  assert.deepEqual(
    [...steps],
    [
      [1, '<p>One.</p>'],
      [2, '<p>Two.</p>'],
    ],
  );
  assert.equal(rest, '<h2>On the wire</h2><p>Rest.</p>');
});
