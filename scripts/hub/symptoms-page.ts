// The page at /symptoms: from what one sees to the lesson that explains it.
import type { Symptom } from '../checking/symptoms.ts';
import { html, type Markup } from './markup.ts';
import { header, type MapData, whole } from './pages.ts';

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** The page at `/symptoms`. */
export function symptomsPage({ lessons, symptoms }: MapData & { symptoms: Symptom[] }): string {
  return whole({
    title: 'By what you see · Down the Wire',
    script: 'symptoms',
    className: 'symptoms',
    header: header(lessons, undefined),
    skips: html`<a href="#find">Skip to the search</a><a href="#list">Skip to the symptoms</a>`,
    main: html`
<main id="main" tabindex="-1">
  <div class="welcome">
    <h1>By what you see</h1>
    <p>What a stream does when something is wrong, and the lesson where you can watch it happen, switch
      it on, and mend it. In <code>code</code> stands what <a href="/examine">the doctor</a> calls it.</p>
    <p class="find"><label for="find">What do you see?</label>
      <input id="find" type="search" autocomplete="off" spellcheck="false" placeholder="twice, proxy, JSON …">
      <span id="found" role="status"></span></p>
  </div>
  <ol id="list" class="symptom-list" tabindex="-1">${symptoms.map(symptomItem)}</ol>
  <p id="none" class="none" hidden>No symptom has these words. Fewer words find more; or let
    <a href="/examine">the doctor</a> look at the stream itself.</p>
</main>`,
  });
}

function symptomItem({ id, words, lessons, causes, findings }: Symptom): Markup {
  return html`
    <li id="${id}" class="symptom">
      <h2>${withCode(words)}</h2>
      <p class="where">${lessons.map(({ number, folder, title, available }) =>
        available
          ? html`<a href="/lessons/${folder}"><span class="number">${twoDigits(number)}</span> ${title}</a>`
          : html`<span class="closed"><span class="number">${twoDigits(number)}</span> ${title}</span>`,
      )}</p>
      ${
        causes.length > 0 &&
        html`<ul class="causes">${causes.map(
          ({ lesson, title }) =>
            html`<li><span class="number">${twoDigits(lesson)}</span> ${title}</li>`,
        )}</ul>`
      }
      ${
        findings.length > 0 &&
        html`<p class="findings">${findings.map((finding) => html`<code>${finding}</code> `)}</p>`
      }
    </li>`;
}

/** What stands in backticks, as code. */
function withCode(words: string): Markup[] {
  return words
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
