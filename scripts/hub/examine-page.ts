// The page at /examine: somebody's own stream, looked at with the tape of the lessons.
import { html } from './markup.ts';
import { header, type MapData, whole } from './pages.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The page at `/examine`. */
export function examinePage({ lessons }: MapData): string {
  return whole({
    title: 'Examine a stream · Down the Wire',
    script: 'examine',
    className: 'examine',
    header: header(lessons, undefined),
    skips: html`<a href="#inquiry">Skip to the form</a><a href="#findings">Skip to the findings</a>`,
    main: html`
<main id="main" tabindex="-1">
  <div class="ask">
    <h1>Examine a stream</h1>
    <p>Any event stream, in any language, behind any proxy. The kit opens it, comes back to it, opens it
      twice at once, and says what is wrong, byte by byte.</p>
    <section id="key-notice" class="notice" aria-labelledby="key-title" hidden></section>
    <form id="inquiry">
      <p class="address"><label for="url">Address of the stream</label>
        <input id="url" name="url" type="text" inputmode="url" required spellcheck="false" autocomplete="off"
          placeholder="http://localhost:3000/events">
        <button type="submit" id="go">Examine</button></p>
      <details><summary>How it is asked</summary>
        <p><label for="method">Method</label>
          <select id="method" name="method">${METHODS.map((method) => html`<option>${method}</option>`)}</select></p>
        <p><label for="headers">Headers, one a line</label>
          <textarea id="headers" name="headers" rows="3" spellcheck="false" placeholder="Authorization: Bearer …"></textarea></p>
        <p><label for="body">Body</label><textarea id="body" name="body" rows="3" spellcheck="false"></textarea></p>
        <p><label for="origin">Origin of the page that asks</label>
          <input id="origin" name="origin" type="text" spellcheck="false" placeholder="http://localhost:5173"></p>
        <p><label for="seconds">Seconds of a look</label>
          <input id="seconds" name="seconds" type="text" inputmode="decimal" value="5"></p>
        <p class="choice"><label><input type="checkbox" name="credentials"> The page asks with cookies</label></p>
        <p class="choice"><label><input type="checkbox" name="again"> A POST may be sent more than once</label></p>
        <p class="choice"><label><input type="checkbox" name="insecure"> Any certificate will do</label></p>
      </details>
      <p id="problem" class="problem" role="alert"></p>
    </form>
    <section class="course" aria-labelledby="course-title">
      <h2 id="course-title">What happens</h2>
      <p id="sum" role="status">Nothing yet.</p>
      <ol id="said" class="said"></ol>
    </section>
  </div>
  <wire-view fed></wire-view>
  <div class="outcome">
    <section aria-labelledby="findings-title">
      <h2 id="findings-title">Findings</h2>
      <div id="findings" tabindex="-1"><p class="nothing">Findings stand here, worst first.</p></div>
    </section>
    <section aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      <div class="events-scroll" tabindex="0" role="region" aria-label="Table of events">
        <table><thead><tr><th scope="col">after</th><th scope="col">type</th><th scope="col">id</th><th
          scope="col">data</th></tr></thead><tbody id="events"></tbody></table>
      </div>
    </section>
  </div>
</main>`,
  });
}
