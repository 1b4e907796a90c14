// The environment that a learner's program gets: the person's own, without what belongs to the kit.
//
// `npm start` adds some forty variables, a debugger or a test runner adds options that would act on
// the program, and the kit's own could hold its key.
import { TAG } from './processes.js';

const KITS_OWN = /^(npm_|DOWN_THE_WIRE_|KIT_|PLAYWRIGHT_|NODE_TEST_)/i;
const OF_THE_STARTER = new Set([
  'INIT_CWD',
  'PROJECT_CWD',
  'NODE',
  'NODE_OPTIONS',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'NODE_V8_COVERAGE',
  'VSCODE_INSPECTOR_OPTIONS',
  'FORCE_COLOR',
  'PORT',
  'PUBLIC_PORT',
  'SECOND_PORT',
  'PUBLIC_SECOND_PORT',
]);

/**
 * @param from the kit's own environment
 * @param tag marks the run's processes, see processes.js
 */
export function programEnvironment(from: NodeJS.ProcessEnv, tag: string): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined || KITS_OWN.test(name)) continue;
    if (OF_THE_STARTER.has(name.toUpperCase())) continue;
    environment[name] = value;
  }
  environment[TAG] = tag;
  return environment;
}
