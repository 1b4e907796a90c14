// Calls the doctor as somebody in a terminal does, and says how much memory and time it took.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TYPESCRIPT } from '../typescript.ts';

export const root = resolve(import.meta.dirname, '..', '..');

export interface Call {
  code: number | null;
  out: string;
  err: string;
  /** From start to end, in milliseconds, Node's own start included. */
  milliseconds: number;
  /** The most that the process held at one time, in MB. */
  memory: number;
}

export interface Caller {
  /** The program with its own arguments, behind `node`. */
  program?: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Is given what was printed so far, as soon as it is. */
  onOutput?: (out: string) => void;
}

/** `npm run doctor -- …`, without npm. */
export async function doctor(typed: string[], caller: Caller = {}): Promise<Call> {
  const { program = ['--import', TYPESCRIPT, join(root, 'scripts', 'doctor.ts')] } = caller;
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'));
  const report = join(directory, 'memory');
  // The process itself knows best how large it grew; it writes that down at its end.
  const witness = `import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(${JSON.stringify(report)},String(process.resourceUsage().maxRSS)));`;
  const preload = `data:text/javascript,${encodeURIComponent(witness)}`;
  const env: NodeJS.ProcessEnv = { ...process.env, ...caller.env };
  delete env.NODE_TEST_CONTEXT;
  delete env.FORCE_COLOR;
  const started = performance.now();
  try {
    return await new Promise<Call>((done, fail) => {
      const child = spawn(process.execPath, ['--import', preload, ...program, ...typed], {
        cwd: caller.cwd ?? root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        caller.onOutput?.(out);
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text;
      });
      child.on('error', fail);
      child.on('close', (code) => {
        const milliseconds = performance.now() - started;
        const memory = Number(readFileSync(report, 'utf8')) / 1024;
        done({ code, out, err, milliseconds, memory });
      });
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What `--json` printed. */
export function asJson({ out }: Call): {
  url: string;
  status: number | null;
  events: number;
  findings: { id: string; level: string; message: string; offset?: number; at?: number }[];
} {
  return JSON.parse(out);
}
