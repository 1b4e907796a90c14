// The agent: runs first in a page under check, and tells the kit what the page does. It takes part
// in nothing. What it needs of the browser it keeps before the page's own scripts run, which may
// put something else in its place.
//
// reports.ts says what it reports and what it can be asked to do.

(() => {
  /** Put in by the server. @type {{ control: string, speed: number, insecure: boolean }} */
  const settings = /** @type {any} */ ('SETTINGS');
  const { control, speed, insecure } = settings;

  // What a page lacks that came from a plain-http address elsewhere.
  if (insecure) {
    Reflect.deleteProperty(Navigator.prototype, 'locks');
    Object.defineProperty(window, 'isSecureContext', { value: false });
  }

  // In another tab of the page (see below) there is no agent. Only its troubles are told outside.
  const outside = window.frameElement;
  if (outside?.hasAttribute('data-tab')) {
    addEventListener('error', ({ message, error }) => tellOutside(message, error));
    addEventListener('unhandledrejection', ({ reason }) => {
      if (reason?.name !== 'AbortError') tellOutside(`${reason}`, reason);
    });
    return;
  }

  /**
   * @param {string} message
   * @param {unknown} error
   */
  function tellOutside(message, error) {
    outside?.dispatchEvent(new CustomEvent('trouble', { detail: { message, error } }));
  }

  const NativeEventSource = window.EventSource;
  const nativeFetch = window.fetch.bind(window);
  const nativeSetTimeout = window.setTimeout.bind(window);
  const { stringify, parse } = JSON;
  const visit = crypto.randomUUID();

  /** A page with more than this is being flooded. */
  const ELEMENTS = 20_000;
  const CHARACTERS = 1_000_000;
  /** What is told of one place. */
  const LINES = 80;
  const LINE = 400;

  // Reports, in order, one request at a time. What the page shows is read when it is sent: however
  // often that changes, it is told as often as it can be heard.

  /** @type {object[]} */
  let waiting = [];
  let changed = false;
  let sending = false;
  let over = false;

  /** @param {object} report */
  function report(report) {
    waiting.push(report);
    send();
  }

  function change() {
    changed = true;
    send();
  }

  async function send() {
    if (sending || over || (waiting.length === 0 && !changed)) return;
    sending = true;
    await null; // what happens in the same breath goes along
    const reports = waiting;
    waiting = [];
    if (changed && document.body) reports.splice(lastAnswer(reports), 0, ...shown());
    changed = false;
    try {
      await nativeFetch(`${control}/reports/${visit}`, {
        method: 'POST',
        body: stringify(reports),
      });
    } catch {
      over = true; // nobody listens any more
    }
    sending = false;
    send();
  }

  /**
   * Where the first answer to a command is: what the page shows is told before it.
   * @param {object[]} reports
   */
  function lastAnswer(reports) {
    const at = reports.findIndex((one) => 'kind' in one && one.kind === 'done');
    return at < 0 ? reports.length : at;
  }

  // What the page shows.

  const places = new Set(['page', 'EventSource', 'fetch']);
  /** Markup that was sent as text, and the elements it would make. @type {Map<string, Element[]>} */
  const probes = new Map();
  let flooded = false;

  function shown() {
    if (flooded) return [];
    const count = document.getElementsByTagName('*').length;
    if (count > ELEMENTS) return [flood('elements', count)];
    /** @type {Record<string, string[] | null>} */
    const texts = {};
    for (const place of places) {
      const text = textOf(place);
      if (text !== null && text.length > CHARACTERS) return [flood('characters', text.length)];
      texts[place] = text === null ? null : linesOf(text);
    }
    return [
      { kind: 'shown', places: texts, sources: [...sources].map(told), html: becameElements() },
    ];
  }

  /**
   * @param {string} what
   * @param {number} count
   */
  function flood(what, count) {
    flooded = true;
    return { kind: 'flood', what, count };
  }

  /**
   * @param {string} place `tab 1 #news`: in another tab
   * @param {Document} [root]
   * @returns {string | null}
   */
  function textOf(place, root = document) {
    const [, tab, there = ''] = /^tab (\d+) (.+)$/.exec(place) ?? [];
    if (tab !== undefined) {
      const within = tabs[Number(tab) - 1]?.contentDocument;
      return within ? textOf(there, within) : null;
    }
    // What is hidden is not shown: that is what innerText is for.
    // biome-ignore lint/performance/useDomNodeTextContent: see above
    if (place === 'page') return root.body.innerText;
    if (place === 'EventSource' || place === 'fetch')
      return logText(`event-log[reader="${place}"]`, root);
    const found = [...root.querySelectorAll(place)];
    return found.length === 0 ? null : found.map(elementText).join('\n');
  }

  /**
   * @param {string} selector
   * @param {Document} root
   */
  function logText(selector, root) {
    const logs = [...root.querySelectorAll(selector)];
    if (logs.length === 0) return null;
    const lines = logs.flatMap((log) => [...log.querySelectorAll('li, small')]);
    return lines.map(withoutTime).join('\n');
  }

  /**
   * Of an entry what it says, and not when.
   * @param {Element} line
   */
  function withoutTime(line) {
    const parts = [...line.childNodes].filter((node) => node.nodeName !== 'TIME');
    return parts.map((node) => oneLine(node.textContent)).join(' ');
  }

  /** @param {Element} element */
  function elementText(element) {
    if (element.matches('input, textarea, select')) return /** @type {any} */ (element).value;
    // biome-ignore lint/performance/useDomNodeTextContent: as for the page
    return element instanceof HTMLElement ? element.innerText : (element.textContent ?? '');
  }

  /** @param {string} text */
  function linesOf(text) {
    const lines = text
      .split('\n')
      .map((line) => oneLine(line).replace(/^\+\d+\.\d{3}/, '')) // the time of an entry
      .filter((line) => line !== '');
    return lines.slice(-LINES).map((line) => line.slice(0, LINE));
  }

  /** @param {string | null} text */
  function oneLine(text) {
    return (text ?? '').replace(/\s+/g, ' ').trim();
  }

  function becameElements() {
    const found = [];
    for (const [markup, elements] of probes) {
      const isThere = elements.some((element) =>
        [...document.getElementsByTagName(element.tagName)].some((one) => one.isEqualNode(element)),
      );
      if (isThere) found.push(markup);
    }
    return found;
  }

  const CHANGES = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(change).observe(document, CHANGES);

  // Other tabs. To locks, channels, workers and connections a frame of the same origin is what a tab
  // is, and so they are frames out of sight.

  /** @type {(HTMLIFrameElement | undefined)[]} */
  const tabs = [];

  /** @param {string} path */
  async function openTab(path) {
    const frame = document.createElement('iframe');
    frame.dataset.tab = '';
    frame.style.cssText = 'position: fixed; left: -9999px; width: 1000px; height: 700px';
    frame.src = path;
    tabs.push(frame);
    frame.addEventListener('trouble', (event) => {
      const { message, error } = /** @type {CustomEvent} */ (event).detail;
      reportError(message, placeOf(error) ?? { file: '', line: 0, column: 0 });
    });
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.documentElement.append(frame);
    await loaded;
    if (frame.contentDocument) new MutationObserver(change).observe(frame.contentDocument, CHANGES);
    change();
  }

  /** @param {number} tab counted from 1 */
  function closeTab(tab) {
    tabs[tab - 1]?.remove();
    tabs[tab - 1] = undefined;
  }

  // Errors that nobody catches, files that do not load, dialogs, and whether anybody can see it.

  addEventListener(
    'error',
    (event) => {
      if (event instanceof ErrorEvent) {
        const { message, filename, lineno, colno, error } = event;
        const place = placeOf(error);
        if (place) reportError(message, place);
        // Without a place of its own, it is the script itself that cannot be read.
        else reportError(message, { file: filename, line: lineno, column: colno });
        return;
      }
      const target = /** @type {any} */ (/** @type {Event} */ (event).target);
      const address = target?.src ?? target?.href;
      const isCode = target instanceof HTMLScriptElement || target instanceof HTMLLinkElement;
      if (isCode && typeof address === 'string') report({ kind: 'missing', address });
    },
    true,
  );

  addEventListener('unhandledrejection', ({ reason }) => {
    if (reason?.name === 'AbortError') return; // somebody has left on purpose
    const message = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
    reportError(message, placeOf(reason) ?? { file: '', line: 0, column: 0 });
  });

  /**
   * Where an error was thrown: in the page's own scripts rather than in those it was given.
   * @param {any} error
   */
  function placeOf(error) {
    const stack = typeof error?.stack === 'string' ? error.stack : '';
    const frames = [...stack.matchAll(/(https?:\/\/[^\s()]+?):(\d+):(\d+)/g)];
    const own = frames.find(([, file]) => !/\/(public|\.page-check)\//.test(file ?? ''));
    const [, file = '', line, column] = own ?? frames[0] ?? [];
    return file === '' ? undefined : { file, line: Number(line), column: Number(column) };
  }

  let errors = 0;

  /**
   * @param {string} message
   * @param {{ file: string, line: number, column: number }} place
   */
  function reportError(message, place) {
    errors += 1;
    if (errors > 20) return; // the first says it
    const plain = message.replace(/^(Uncaught|uncaught exception:) /, '').slice(0, 1000);
    report({ kind: 'error', message: plain, ...place });
  }

  for (const [name, given] of /** @type {const} */ ([
    ['alert', undefined],
    ['confirm', true],
    ['prompt', null],
  ])) {
    /** @type {any} */ (window)[name] = (/** @type {unknown} */ text = '') => {
      report({ kind: 'dialog', name, text: String(text).slice(0, LINE) });
      return given;
    };
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) report({ kind: 'hidden' });
  });

  // EventSource as it is, and remembered.

  /** @type {Set<EventSource>} */
  const sources = new Set();
  /** @type {WeakMap<EventSource, string[]>} */
  const listening = new WeakMap();

  class WatchedEventSource extends NativeEventSource {
    /** @param {[string | URL, EventSourceInit?]} given */
    constructor(...given) {
      super(...given);
      listening.set(this, []);
      sources.add(this);
      // The oldest that are over are forgotten: a page may make them without end.
      for (const source of sources) {
        if (sources.size <= 20) break;
        if (source.readyState === 2) sources.delete(source);
      }
      for (const type of ['open', 'error']) super.addEventListener(type, change);
      change();
    }

    /** @param {[string, any, any?]} given */
    // @ts-expect-error the overloads of the DOM say the same in many words
    addEventListener(...given) {
      super.addEventListener(...given);
      listening.get(this)?.push(String(given[0]));
      change();
    }

    /** @param {[string, any, any?]} given */
    // @ts-expect-error as above
    removeEventListener(...given) {
      super.removeEventListener(...given);
      const types = listening.get(this) ?? [];
      const at = types.indexOf(String(given[0]));
      if (at >= 0) types.splice(at, 1);
      change();
    }

    /** @override */
    close() {
      super.close();
      change();
    }
  }
  Object.defineProperty(WatchedEventSource, 'name', { value: 'EventSource' });
  window.EventSource = WatchedEventSource;

  /** @param {EventSource} source */
  function told(source) {
    const properties = ['message', 'open', 'error'].filter(
      (type) => /** @type {any} */ (source)[`on${type}`] !== null,
    );
    return {
      url: source.url,
      readyState: source.readyState,
      listensFor: [...new Set([...(listening.get(source) ?? []), ...properties])],
    };
  }

  // Who asks: a server cannot tell an EventSource from a fetch that wants an event stream. Only
  // what is asked of the page's own server is marked; elsewhere the mark would need a preflight.

  const MARK = 'x-asked-by';

  window.fetch = (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const address = request ? request.url : String(input);
    if (!URL.canParse(address, document.baseURI)) return nativeFetch(input, init);
    if (new URL(address, document.baseURI).origin !== location.origin) {
      return nativeFetch(input, init);
    }
    let headers;
    try {
      headers = new Headers(init?.headers ?? request?.headers);
    } catch {
      return nativeFetch(input, init); // it says best itself what is wrong
    }
    headers.set(MARK, 'fetch');
    return nativeFetch(input, { ...init, headers });
  };

  const { open: nativeOpen } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function open(/** @type {any[]} */ ...given) {
    /** @type {any} */ (nativeOpen).apply(this, given);
    if (new URL(given[1], document.baseURI).origin === location.origin) {
      this.setRequestHeader(MARK, 'XMLHttpRequest');
    }
  };

  // A faster clock, where the check asks for one.

  if (speed !== 1) {
    const begun = { date: Date.now(), time: performance.now() };
    const now = performance.now.bind(performance);
    const nativeSetInterval = window.setInterval.bind(window);
    const NativeDate = Date;
    performance.now = () => begun.time + (now() - begun.time) * speed;
    Date.now = () => Math.round(begun.date + (now() - begun.time) * speed);
    window.Date = new Proxy(NativeDate, {
      construct: (target, given, type) =>
        Reflect.construct(target, given.length === 0 ? [NativeDate.now()] : given, type),
      apply: () => new NativeDate(NativeDate.now()).toString(),
    });
    const faster = (/** @type {Function} */ native) =>
      /** @type {any} */ (
        (/** @type {any} */ callback, /** @type {unknown} */ delay, /** @type {any[]} */ ...rest) =>
          native(callback, Number(delay ?? 0) / speed, ...rest)
      );
    window.setTimeout = faster(nativeSetTimeout);
    window.setInterval = faster(nativeSetInterval);
  }

  // Commands.

  const commands = new NativeEventSource(`${control}/commands/${visit}`);
  commands.onmessage = async ({ data }) => {
    const { id, ...command } = parse(data);
    const result = await carryOut(command);
    if (id === 0) return;
    changed = true;
    report({ kind: 'done', id, result });
  };

  /** @param {any} command */
  async function carryOut(command) {
    switch (command.do) {
      case 'ping': // a turn for what is due, and then the answer
        return passed(0);
      case 'look':
        places.add(command.place);
        return change();
      case 'probe':
        probes.set(command.markup, elementsIn(command.markup));
        return change();
      case 'press':
        return press(command.name, command.tab);
      case 'open tab':
        return openTab(command.path);
      case 'close tab':
        return closeTab(command.tab);
      case 'fill':
        return fill(command.name, command.value);
      case 'reload':
        return location.reload();
      case 'wait':
        return passed(command.milliseconds);
      case 'witness':
        return Promise.all([comeBack(3), passed(command.milliseconds)]);
      default:
        return undefined;
    }
  }

  /** @param {number} milliseconds */
  function passed(milliseconds) {
    return new Promise((resolve) => nativeSetTimeout(resolve, milliseconds));
  }

  /** @param {string} markup */
  function elementsIn(markup) {
    const template = document.createElement('template');
    template.innerHTML = markup; // in a template nothing is loaded and nothing runs
    return [...template.content.querySelectorAll('*')];
  }

  /**
   * @param {string} name
   * @param {number} [tab] another tab, counted from 1
   */
  function press(name, tab = 0) {
    const buttons = 'button, [role="button"], input[type="button"], input[type="submit"], a[href]';
    const root = tab === 0 ? document : (tabs[tab - 1]?.contentDocument ?? document);
    return found(buttons, name, (button) => button.click(), root);
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  function fill(name, value) {
    return found('input, textarea, select', name, (field) => {
      /** @type {HTMLInputElement} */ (field).value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }

  /**
   * Does something with the one element of that name, or tells the names that there are.
   * @param {string} selector
   * @param {string} name
   * @param {(element: HTMLElement) => void} act
   * @param {Document} [root]
   */
  function found(selector, name, act, root = document) {
    const all = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
    const wanted = oneLine(name).toLowerCase();
    const named = all.filter((one) => namesOf(one).some((own) => own.toLowerCase() === wanted));
    const begins = all.filter((one) =>
      namesOf(one).some((own) => own.toLowerCase().startsWith(wanted)),
    );
    const element = named[0] ?? (begins.length === 1 ? begins[0] : undefined);
    if (!element) return { found: false, names: all.map((one) => namesOf(one)[0] ?? '') };
    if ('disabled' in element && element.disabled) return { found: false, disabled: true };
    // An error in a listener is the window's to report, and a loop in it must not hide the answer.
    nativeSetTimeout(() => act(element), 0);
    return { found: true };
  }

  /**
   * The names that a person may know an element by, the best first.
   * @param {HTMLElement} element
   */
  function namesOf(element) {
    const labels = 'labels' in element ? [.../** @type {any} */ (element.labels ?? [])] : [];
    const isField = element.matches('input, textarea, select');
    return [
      element.getAttribute('aria-label'),
      ...labels.map((label) => label.textContent),
      isField ? element.getAttribute('placeholder') : element.textContent,
      element.matches('input[type="button"], input[type="submit"]')
        ? element.getAttribute('value')
        : '',
      element.getAttribute('name'),
      element.id && `#${element.id}`,
    ]
      .map((name) => oneLine(name))
      .filter((name) => name !== '');
  }

  /**
   * Resolves when an EventSource of the agent's own has been ended and has come back so often.
   * @param {number} times
   */
  function comeBack(times) {
    return new Promise((resolve) => {
      let opened = 0;
      const witness = new NativeEventSource('/.page-check/witness');
      witness.onopen = () => {
        opened += 1;
        if (opened <= times) return;
        witness.close();
        resolve(undefined);
      };
    });
  }

  report({ kind: 'hello', hidden: document.hidden, address: location.pathname + location.search });
  addEventListener('DOMContentLoaded', () => {
    changed = true;
    report({ kind: 'ready' });
  });
})();
