// Runs around `npm pack`: makes the one program that the package holds, and a package.json to go with
// it. The program is a single file and needs no package, so whoever runs it by npx fetches nothing else.
//
//   node --import tsx scripts/pack.ts            before: dist/down-the-wire.js, and a short package.json
//   node --import tsx scripts/pack.ts restore    after: the kit's own package.json again
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const manifest = join(root, 'package.json');
/** The kit's own package.json, while npm reads the short one. */
const kept = join(root, '.kit', 'package.json');

/** What the short one says; all else is about the clone. */
const TOLD = ['name', 'version', 'description', 'license', 'type', 'engines', 'bin', 'files'];

// Also before: an `npm pack` that was broken off has left the short one behind.
if (existsSync(kept)) renameSync(kept, manifest);
if (process.argv[2] !== 'restore') {
  await makeProgram();
  shorten();
}

async function makeProgram(): Promise<void> {
  await build({
    entryPoints: [join(root, 'scripts', 'npx.ts')],
    outfile: join(root, 'dist', 'down-the-wire.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    banner: { js: '#!/usr/bin/env node' },
    define: { PACKED: 'true' },
    legalComments: 'none',
    logLevel: 'error',
  });
}

function shorten(): void {
  const text = readFileSync(manifest, 'utf8');
  const all: Record<string, unknown> = JSON.parse(text);
  const short = Object.fromEntries(
    TOLD.filter((name) => name in all).map((name) => [name, all[name]]),
  );
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, text);
  writeFileSync(manifest, `${JSON.stringify(short, undefined, 2)}\n`);
}
