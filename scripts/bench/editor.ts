// Somebody's own editor: a process that writes files, and knows when it did.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface OwnEditor {
  /** Writes a whole file. @returns epoch milliseconds just before the write */
  save: (file: string, text: string) => Promise<number>;
  close: () => void;
}

/** Opens it. */
export function openEditor(): OwnEditor {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout });
  return {
    save: async (file, text) => {
      const answer = once(answers, 'line');
      child.stdin.write(`${JSON.stringify({ file, text })}\n`);
      const [line] = (await answer) as [string];
      return (JSON.parse(line) as { at: number }).at;
    },
    close: () => void child.stdin.end(),
  };
}
