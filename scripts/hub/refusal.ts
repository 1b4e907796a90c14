// A request that the hub does not carry out: its status, and the sentence that says what to do.

/** Thrown by a handler; the router answers `{ "error": message }` with this status. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly headers: Record<string, string>;

  /**
   * @param status HTTP status, 400 and up
   * @param message one sentence for the person who reads the page: what came, and what to do
   * @param headers further response headers, such as `Allow`
   */
  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}
