// What the hub's routes work on.
import type { Assets } from './assets.ts';
import type { Cuts } from './cuts.ts';
import type { Exercises } from './exercises.ts';
import type { Gate } from './guard.ts';
import type { Live } from './live.ts';
import type { PageChecks } from './page-checks.ts';
import type { ProgressFeed } from './progress-feed.ts';
import type { Stages } from './stages.ts';

export interface Rooms {
  /** The clone's folder. */
  root: string;
  gate: Gate;
  live: Live;
  stages: Stages;
  exercises: Exercises;
  cuts: Cuts;
  pageChecks: PageChecks;
  progress: ProgressFeed;
  assets: Assets;
}
