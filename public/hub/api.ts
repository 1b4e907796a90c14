// Requests to the hub. Every failure becomes a HubError whose message is one sentence to show.
import { currentKey } from './key.ts';

/** The hub refused, or did not answer. */
export class HubError extends Error {
  override name = 'HubError';
  /** HTTP status; 0 if no answer came. */
  readonly status: number;
  /** The answer's JSON, for those who need more than the sentence. */
  readonly body: Record<string, unknown>;

  constructor(message: string, status: number, body: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/**
 * Asks the hub and reads the JSON of its answer.
 *
 * @param body sent as JSON
 * @param key the one that is kept, if no other is to be tried
 * @throws HubError with a sentence for the person at the keyboard
 */
export async function ask<Answer>(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
  key = currentKey(),
): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (key !== undefined) headers['x-kit-key'] = key;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  let answer: Record<string, unknown>;
  try {
    response = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    answer = response.status === 204 ? {} : await response.json();
  } catch {
    throw new HubError(
      'The hub does not answer. Look at the terminal of npm start; your text is kept here meanwhile.',
      0,
    );
  }
  if (response.ok) return answer as Answer;
  const sentence =
    typeof answer.error === 'string' ? answer.error : `The hub answered ${response.status}.`;
  throw new HubError(sentence, response.status, answer);
}

/** The sentence of an error, whatever was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
