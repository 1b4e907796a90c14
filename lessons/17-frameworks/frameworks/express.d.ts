// Express as far as this lesson uses it: so the types are the same whether the package is here or not.
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Request extends IncomingMessage {
  /** A header, by its name in any letters. */
  get(name: string): string | undefined;
}

export interface Response extends ServerResponse {
  set(headers: Record<string, string>): this;
  status(code: number): this;
}

export interface Express {
  (request: IncomingMessage, response: ServerResponse): void;
  use(middleware: unknown): void;
  get(path: string, handler: (request: Request, response: Response) => void): void;
}

export function express(): Express;
export function compression(): unknown;
