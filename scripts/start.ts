// npm start: the hub, and a browser that opens on it.
//
//   npm start [-- --port N] [--no-open]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createHub } from './hub/hub.ts';
import { openKey } from './hub/key.ts';
import { openBrowser } from './hub/open-browser.ts';
import { findRunning, forgetRunning, noteRunning } from './hub/running.ts';
import { KitError } from './kit-error.ts';

const HELP = `npm start [-- --port N] [--no-open]

Opens the course in your browser. Ctrl-C ends it.

  --port N    listen on port N (without it: 4400, else the first free one from 4600 on)
  --no-open   print the address and open no browser
  --help      this text`;

const LAST_CALL = 2000; // milliseconds for an orderly end

async function start(): Promise<void> {
  const options = readOptions();
  if (options.help) return console.log(HELP);
  const root = resolve(import.meta.dirname, '..');

  const { key } = await openKey(root);
  const running = await findRunning(root, key);
  if (running !== undefined) {
    const link = `http://localhost:${running}/#key=${key}`;
    console.log(`The hub of this clone is running already: ${link}`);
    if (options.open) await openBrowser(root, link);
    return;
  }

  const hub = await createHub({ root, port: options.port });
  await noteRunning(root, hub.port);
  if (hub.warning) console.error(hub.warning);
  console.log(`Down the Wire is open: ${hub.link}`);
  console.log('Ctrl-C ends it.');

  let ending = false;
  const end = (code: number) => {
    if (ending) process.exit(code); // asked twice: no more waiting
    ending = true;
    setTimeout(() => process.exit(code), LAST_CALL).unref();
    void Promise.allSettled([forgetRunning(root), hub.close()]).then(() => process.exit(code));
  };
  process.on('SIGINT', () => end(0));
  process.on('SIGTERM', () => end(0));
  process.on('SIGHUP', () => end(0));
  // One request's mistake is not the end of everybody's lesson.
  process.on('uncaughtException', (error) => console.error('A mistake of the kit:', error));

  if (options.open) await openBrowser(root, hub.link);
}

function readOptions(): { port?: number; open: boolean; help: boolean } {
  let values: { port?: string; 'no-open'?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      options: {
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    const said = (error as Error).message.split('. ')[0]!.replace(/\.$/, '');
    throw new KitError(`${said}; npm start takes --port N and --no-open.`);
  }
  const { port } = values;
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    throw new KitError(`--port ${port} is no port; give a number from 1 to 65535.`);
  }
  return {
    ...(port !== undefined && { port: Number(port) }),
    open: !values['no-open'],
    help: Boolean(values.help),
  };
}

start().catch((error: unknown) => {
  console.error(error instanceof KitError ? error.message : error);
  process.exit(2);
});
