// Who plays the pages under check: a frame in the hub's own tab, or a browser without a window.

/** A page that is to be played. */
export interface Playing {
  /** The port of its server on the loopback address. */
  port: number;
  /** The path with its query. */
  path: string;
  /** A name that no other page has: `<name>.localhost` is an origin of this page's own. */
  name: string;
  /** Resolves when the page has reported for the first time. */
  arrived: Promise<void>;
}

/** A page that is played. */
export interface Showing {
  /**
   * Asks whatever is around the page whether it is alive: a witness for a page that is silent.
   *
   * @returns false if no answer comes within so many milliseconds
   */
  witness: (milliseconds: number) => Promise<boolean>;
  /** Resolves with a sentence if the page is taken away by others than us. */
  gone: Promise<string>;
  /** Takes the page away. Whatever it does, it does not go on. */
  remove: () => void;
}

export interface PageHost {
  /**
   * Plays a page.
   *
   * @throws Unseen where there is nothing to play it in
   */
  show: (playing: Playing) => Promise<Showing>;
  close: () => Promise<void>;
}

/** The names under which a page may be opened: the loopback address, and the name of its own. */
export function namesOf(port: number, name: string): string[] {
  return [`127.0.0.1:${port}`, `${name}.localhost:${port}`];
}
