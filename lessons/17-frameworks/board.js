// Left: EventSource in a React component.
//
// React calls the component for every change, and an effect after it has drawn. What an effect opens
// its clean-up has to close. Under StrictMode React mounts each component twice at the beginning, to
// find those that do not. Without JSX, for no compiler stands between this file and the browser:
// createElement('p', null, text) is what <p>{text}</p> becomes.
//
// https://react.dev/reference/react/useEffect#connecting-to-an-external-system
import {
  createElement,
  createRoot,
  StrictMode,
  useEffect,
  useState,
} from '../../public/frameworks/react.js'; // in a project of your own: 'react' and 'react-dom/client'

/** @param {{ url: string, events: EventLog }} props */
function Board({ url, events }) {
  const [sign, setSign] = useState('--');

  // #region 3 Listen in a React effect, and close in its clean-up.
  useEffect(() => {
    const source = new EventSource(url);
    announce(source, url, events);
    source.onopen = () => events.opened('open');
    source.addEventListener('departure', (event) => {
      const { train, to } = JSON.parse(event.data);
      setSign(`${train} ${to}`);
      events.add({ type: event.type, id: event.lastEventId, data: event.data });
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) events.failed('error: closed for good');
      else events.comingBack('error: the browser will ask again');
    };
    return () => source.close(); // called when `url` is another one, and when the board is taken away
  }, [url, events]); // without this list, after each event once more
  // #endregion

  return createElement('p', { className: 'sign' }, sign);
}

/**
 * Tells the log of a request when it is about to leave. What StrictMode makes and closes at once never
 * leaves, and would only confuse the tape.
 *
 * @param {EventSource} source
 * @param {string} url
 * @param {EventLog} events
 */
function announce(source, url, events) {
  queueMicrotask(() => {
    if (source.readyState !== EventSource.CLOSED) events.opening(url);
  });
}

/**
 * Shows a board in a place of the page.
 *
 * @param {HTMLElement} place
 * @param {string} url
 * @param {EventLog} events
 * @returns {() => void} takes it away
 */
export function showBoard(place, url, events) {
  const root = createRoot(place);
  root.render(createElement(StrictMode, null, createElement(Board, { url, events })));
  return () => root.unmount();
}

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
