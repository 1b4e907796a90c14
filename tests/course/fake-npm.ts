// An npm that needs no network.

/** Makes just as much of the packages as is built for browsers. */
export const FAKE_NPM = `
  const { mkdirSync, writeFileSync } = require('node:fs');
  const modules = {
    react: 'export const createElement = 1, StrictMode = 1, useEffect = 1, useRef = 1, useState = 1;',
    'react-dom/client': 'export const createRoot = 1;',
    '@microsoft/fetch-event-source': 'export const fetchEventSource = 1;',
  };
  for (const [name, text] of Object.entries(modules)) {
    mkdirSync('node_modules/' + name, { recursive: true });
    writeFileSync('node_modules/' + name + '/index.js', text);
  }
`;

/** Ends as npm does that finds no registry. */
export const OFFLINE_NPM = `
  console.error('npm error code ENOTFOUND');
  console.error('npm error network request to the registry failed, reason: no address');
  process.exitCode = 1;
`;
