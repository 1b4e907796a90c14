// What the page says about HTTP/2: how it came itself, where the other half is, and the server's log
// of frames. Given: no step is in here.

const protocol = /** @type {HTMLElement} */ (document.querySelector('#protocol'));
const second = /** @type {HTMLElement} */ (document.querySelector('#second'));
const frames = /** @type {HTMLElement} */ (document.querySelector('#frames'));

const LINES = 200;

/** Shows which protocol this page came over, and the way to the other half or the log of frames. */
export async function showSecond() {
  const [navigation] = performance.getEntriesByType('navigation');
  const { nextHopProtocol } = /** @type {PerformanceNavigationTiming} */ (navigation);
  if (nextHopProtocol === 'h2') {
    protocol.textContent = 'HTTP/2';
    second.textContent = 'On the right the server tells of its frames.';
    return showFrames();
  }
  const response = await fetch('/second');
  if (!response.ok) return;
  const { origin, note } = await response.json();
  if (origin) {
    const link = document.createElement('a');
    link.href = origin;
    link.target = '_blank';
    link.textContent = 'The same over HTTP/2';
    second.append(link, ' (a tab of its own). ');
  }
  second.append(note);
}

/** One more stream, which costs no connection here. */
function showFrames() {
  frames.hidden = false;
  new EventSource('/frames').onmessage = ({ data }) => {
    const isAtEnd = frames.scrollHeight - frames.scrollTop - frames.clientHeight < 24;
    const row = document.createElement('li');
    row.textContent = data;
    frames.append(row);
    if (frames.childElementCount > LINES) frames.firstElementChild?.remove();
    if (isAtEnd) frames.scrollTop = frames.scrollHeight;
  };
}
