// What a lesson's checks.ts is written in.
//
//   export const checks = [
//     check(2, 'An event comes', async ({ watch }) => {
//       await watch('/clock').eventComes(1, { within: 3000, otherwise: 'End it with \\n\\n.' });
//     }),
//   ];
//
// A check asks questions of answers (see Answer and Crowd); the first that is answered with no ends
// it. Times are lesson time. The checks of a lesson run side by side against one server, so a check
// must not rely on being alone; one that fails is run again, alone, before anybody is told.
import { Answer } from './answer.ts';
import { Crowd } from './crowd.ts';
import { Failure } from './failure.ts';
import { type MakeProxy, standInFront } from './in-front.ts';
import { FedModule } from './module/fed-module.ts';
import { PageScene } from './page/scene.ts';
import { SourceScene } from './source/scene.ts';
import type { RequestOptions, Stage } from './stage.ts';

export type { Otherwise } from './answer.ts';
export { comment, event, retry } from './module/difference.ts';
export { answer, silence, stream, webSocket } from './page/replies.ts';
export { Answer, Crowd, Failure };

/** What a check is given. */
export interface Scene {
  /**
   * A client that all checks share: whoever calls this with the same path looks at the same answer,
   * from its first byte on. For checks that only look.
   */
  watch: (path: string) => Answer;
  /** A client of this check alone. It leaves when the check is over. */
  get: (path: string, headers?: Record<string, string>) => Answer;
  /**
   * Any request, with a body if there is one: `send('/enquiries', { headers, body: '{}' })` is a POST.
   * A body may be a list of pieces, which arrive one by one. The client leaves when the check is over.
   */
  send: (path: string, request?: RequestOptions) => Answer;
  /**
   * Puts a proxy in front of the server, for this check alone.
   *
   * @returns what sends a request through it, as `get` does without it
   */
  through: (proxy: MakeProxy) => Promise<Scene['get']>;
  /** Many clients; the one that all checks share is the first of them, and stays. */
  crowd: (path: string, size: number) => Crowd;
  /**
   * Starts the program anew, as after a crash or a new version: what the first process has in its
   * memory this one does not know. The first goes on for the other checks, so this one has a port of
   * its own. Unseen where the program is not ours.
   */
  restart: () => Promise<Pick<Scene, 'get'>>;
  /**
   * For checks that ask much of the program, or count what it does: a process in which no other check
   * has a client. All checks who ask for it share one, and have it one after the other. Unseen where
   * the program is not ours.
   */
  alone: (use: (program: Stage) => Promise<void>) => Promise<void>;
  /**
   * For checks that write to what all clients read: those who ask for it have their turn one after the
   * other, and the rest of the checks go on meanwhile.
   */
  inTurn: <T>(use: (program: Stage) => Promise<T>) => Promise<T>;
  /** Opens the exercise's page against a scripted server: see page/open-page.ts. */
  page: PageScene;
  /**
   * A class in one of the exercise's files, to be fed with bytes in a process of its own, away from
   * server and page: `module('event-stream-parser.js', 'EventStreamParser')`.
   */
  module: (file: string, name: string) => FedModule;
  /** Plays the exercise's own event source against a scripted server: see source/played-source.ts. */
  source: SourceScene;
  /** Ends the check, with a sentence of its own. */
  fail: (explanation: { sentence: string; excerpt?: string; otherwise: string }) => never;
}

export interface Check {
  /** The step that it belongs to. */
  step: number;
  /** What is so when it passes: a sentence without its full stop. */
  title: string;
  run: (scene: Scene) => Promise<void>;
}

/**
 * One thing that a step must show.
 *
 * @param step the step, 1 or more; several checks may belong to one
 * @param title what is so when it passes
 * @param run resolves if it is so; throws Failure if not, Unseen if that cannot be seen from here
 */
export function check(step: number, title: string, run: Check['run']): Check {
  return { step, title, run };
}

/**
 * The scene for one run of one check.
 *
 * @returns `leave`: leaves what it has opened for itself; `isOfPage`: whether it has looked at the
 *   page or its modules, and at nothing else
 */
export function sceneOn(stage: Stage): {
  scene: Scene;
  leave: () => void;
  isOfPage: () => boolean;
} {
  let asksServer = false;
  let feedsModule = false;
  const own: Answer[] = [];
  const restarted: Stage[] = [];
  const over = new AbortController();
  const page = new PageScene(stage.target.page);
  stage.onClose(() => page.close());
  const source = new SourceScene(stage);
  const scene: Scene = {
    page,
    source,
    watch: (path) => {
      asksServer = true;
      return stage.watch(path);
    },
    get: (path, headers) => {
      asksServer = true;
      const answer = stage.get(path, headers);
      own.push(answer);
      return answer;
    },
    send: (path, request) => {
      asksServer = true;
      const answer = stage.send(path, request);
      own.push(answer);
      return answer;
    },
    through: async (proxy) => {
      asksServer = true;
      const origin = await standInFront(stage, proxy, over.signal);
      return (path, headers) => {
        const answer = stage.get(path, headers, origin);
        own.push(answer);
        return answer;
      };
    },
    crowd: (path, size) => {
      asksServer = true;
      return new Crowd(stage, stage.watch(path), size);
    },
    restart: async () => {
      asksServer = true;
      const anew = await stage.restart();
      restarted.push(anew);
      return { get: (path, headers) => anew.get(path, headers) };
    },
    alone: (use) => {
      asksServer = true;
      return stage.alone(use);
    },
    inTurn: (use) => {
      asksServer = true;
      return stage.inTurn(() => use(stage));
    },
    module: (file, name) => {
      feedsModule = true;
      const directory = stage.target.page?.directory;
      return new FedModule({ directory, process: stage.modules }, file, name);
    },
    fail: ({ sentence, excerpt, otherwise }) => {
      throw new Failure({ sentence, excerpt, advice: otherwise });
    },
  };
  return {
    scene,
    isOfPage: () => (page.isUsed || feedsModule || source.isUsed) && !asksServer,
    leave: () => {
      for (const answer of own) answer.leave();
      for (const anew of restarted) anew.close();
      over.abort();
      page.close();
      source.close();
    },
  };
}
