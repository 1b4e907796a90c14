// The files that the hub's pages load: what lies in public/ as it is, and the browser code of
// public/hub/ built by esbuild. A build is kept in .kit/built/ and used again for as long as nothing
// that went into it has changed, so that a later start builds nothing.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { kitFolder, makeFolder, writeWhole } from '../course/writing.ts';
import { Refusal } from './refusal.ts';

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  woff2: 'font/woff2',
};

/** Built from public/hub/<name>.ts, served as /hub/<name>.js. */
const ENTRY_POINTS = ['map', 'lesson', 'examine', 'symptoms', 'live-worker'];

/** A kept build: what went into it, and what came out. */
interface Build {
  esbuild: string;
  lockfile: string;
  /** Hashes of the kit's own sources by path from the root. */
  inputs: Record<string, string>;
  /** Built texts by entry point. */
  outputs: Record<string, string>;
}

export class Assets {
  readonly #root: string;
  #build?: Build | undefined;
  #building?: Promise<Build> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Answers with a file of public/.
   *
   * @param path from public/ on, its segments already judged by the router
   * @throws {Refusal} 404
   */
  async sendPublic(request: IncomingMessage, response: ServerResponse, path: string) {
    const type = TYPES[/\.([a-z0-9]+)$/.exec(path)?.[1] ?? ''];
    const segments = path.split('/');
    // A drive or a stream of Windows hides behind a colon; dot files are nobody's business.
    const isPlain = segments.every((segment) => /^[\w-][\w.-]*$/.test(segment));
    const body =
      type && isPlain && (await readFile(join(this.#root, 'public', ...segments)).catch(() => {}));
    if (!body) throw new Refusal(404, `There is no file ${path} in public/.`);
    send(request, response, type!, body);
  }

  /**
   * Answers with a script built from public/hub/, or with its style sheet.
   *
   * @throws {Refusal} 404, or 500 with what esbuild says
   */
  async sendHub(request: IncomingMessage, response: ServerResponse, name: string) {
    if (name.endsWith('.css')) return this.sendPublic(request, response, `hub/${name}`);
    const entry = name.replace(/\.js$/, '');
    if (!name.endsWith('.js') || !ENTRY_POINTS.includes(entry)) {
      throw new Refusal(404, `There is no file ${name} in the hub's page.`);
    }
    const { outputs } = await this.build();
    send(request, response, TYPES.js!, Buffer.from(outputs[entry]!));
  }

  /** The build that fits the sources as they are now; requests at the same time share one. */
  build(): Promise<Build> {
    this.#building ??= this.#freshBuild().finally(() => {
      this.#building = undefined;
    });
    return this.#building;
  }

  async #freshBuild(): Promise<Build> {
    this.#build ??= await this.#readKept();
    const versions = await this.#versions();
    if (this.#build && (await this.#isFresh(this.#build, versions))) return this.#build;
    const build = await this.#make(versions);
    await this.#keep(build);
    this.#build = build;
    return build;
  }

  async #isFresh(build: Build, versions: Pick<Build, 'esbuild' | 'lockfile'>): Promise<boolean> {
    if (build.esbuild !== versions.esbuild || build.lockfile !== versions.lockfile) return false;
    const hashes = await Promise.all(
      Object.entries(build.inputs).map(
        async ([path, hash]) => (await hashOfFile(join(this.#root, path))) === hash,
      ),
    );
    return hashes.every(Boolean);
  }

  /** The lockfile stands for all that comes from packages. */
  async #versions(): Promise<Pick<Build, 'esbuild' | 'lockfile'>> {
    const require = createRequire(import.meta.url);
    const [esbuild, lockfile] = await Promise.all([
      hashOfFile(require.resolve('esbuild/package.json')),
      hashOfFile(join(this.#root, 'package-lock.json')),
    ]);
    return { esbuild: esbuild ?? '', lockfile: lockfile ?? '' };
  }

  async #make(versions: Pick<Build, 'esbuild' | 'lockfile'>): Promise<Build> {
    const { build } = await import('esbuild');
    const result = await build({
      absWorkingDir: this.#root,
      entryPoints: ENTRY_POINTS.map((name) => `public/hub/${name}.ts`),
      outdir: 'built', // names the outputs; nothing is written
      bundle: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      legalComments: 'none',
      write: false,
      metafile: true,
      logLevel: 'silent',
    }).catch((error: Error) => {
      throw new Refusal(500, `The hub's page could not be built. ${error.message}`);
    });
    const own = Object.keys(result.metafile.inputs).filter(
      (path) => !path.includes('node_modules/'),
    );
    const inputs: Record<string, string> = {};
    for (const path of own) inputs[path] = (await hashOfFile(join(this.#root, path))) ?? '';
    const outputs: Record<string, string> = {};
    for (const { path, text } of result.outputFiles) {
      const name = relative(join(this.#root, 'built'), path).split(sep).join('/');
      outputs[name.replace(/\.js$/, '')] = text;
    }
    return { ...versions, inputs, outputs };
  }

  async #readKept(): Promise<Build | undefined> {
    try {
      const build = JSON.parse(await readFile(this.#file(), 'utf8')) as Build;
      const isWhole = ENTRY_POINTS.every((name) => typeof build.outputs[name] === 'string');
      return isWhole && typeof build.inputs === 'object' ? build : undefined;
    } catch {
      return undefined; // never built, or broken: it is built again
    }
  }

  async #keep(build: Build): Promise<void> {
    try {
      await makeFolder(this.#root, join(await kitFolder(this.#root), 'built'));
      await writeWhole(this.#root, this.#file(), JSON.stringify(build));
    } catch {
      // A read-only clone builds at each start.
    }
  }

  #file(): string {
    return join(this.#root, '.kit', 'built', 'hub.json');
  }
}

async function hashOfFile(file: string): Promise<string | undefined> {
  const body = await readFile(file).catch(() => undefined);
  return body && createHash('sha256').update(body).digest('base64url');
}

/** Sends a file with a tag, so that a browser that has it already is told so in few bytes. */
function send(request: IncomingMessage, response: ServerResponse, type: string, body: Buffer) {
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('ETag', tag);
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length });
  response.end(body);
}
