// Runs before every command: looks whether Node is new enough and the packages are there, and
// fetches them when they are not. It has no import statement and old syntax on purpose, so that an
// old Node gets a sentence and not a syntax error.
//
//   node scripts/set-up.js learner    what the lessons and the hub need
//   node scripts/set-up.js all        what working on the kit needs besides
//
// It installs only when package-lock.json has changed since the last time, and never takes away a
// package that is there.

var LEVELS = ['learner', 'all'];
var NODE_NEEDED = '20.19';

var wanted = process.argv[2] === 'all' ? 'all' : 'learner';
if (isOlder(process.versions.node, NODE_NEEDED)) {
  console.error(
    'Down the Wire needs Node ' +
      NODE_NEEDED +
      ' or later, and this is Node ' +
      process.versions.node +
      '. Install a newer one from https://nodejs.org and try again.',
  );
  process.exit(2);
}

/**
 * @param {string} version such as 18.20.4
 * @param {string} needed major and minor
 */
function isOlder(version, needed) {
  var has = version.split('.').map(Number);
  var needs = needed.split('.').map(Number);
  if (has[0] !== needs[0]) return Number(has[0]) < Number(needs[0]);
  return Number(has[1]) < Number(needs[1]);
}

Promise.all([
  import('node:fs'),
  import('node:path'),
  import('node:crypto'),
  import('node:child_process'),
]).then(([fs, path, crypto, childProcess]) => {
  const root = path.resolve(import.meta.dirname, '..');
  const stampFile = path.join(root, 'node_modules', '.down-the-wire.json');
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'));
  const lockHash = crypto.createHash('sha256').update(lock).digest('hex');
  const stamp = readStamp();

  if (stamp && stamp.lock === lockHash && covers(stamp.level, wanted)) return;

  const present = readPresent();
  const level = present.some((entry) => entry.dev) ? 'all' : wanted;
  console.error(
    stamp
      ? 'The list of packages has changed: fetching what is new.'
      : 'Setting up: fetching the packages (' +
          (level === 'all' ? 'for learning and for working on the kit' : 'about 40 MB') +
          ', once).',
  );
  const failure = install();
  if (!failure) {
    fs.writeFileSync(stampFile, `${JSON.stringify({ lock: lockHash, level })}\n`);
    return;
  }
  if (stamp && covers(stamp.level, wanted)) {
    console.error(
      `The packages could not be brought up to date (${failure}); going on with those that are here.`,
    );
    return;
  }
  console.error(
    `The packages could not be fetched (${failure}). Connect to the network once and run the same command again; ` +
      'until then a lesson alone needs no package: node lessons/01-event-stream/server.ts (Node 22.18 or later).',
  );
  process.exit(2);

  /** @returns {{ lock: string, level: string } | undefined} what the last set-up left behind */
  function readStamp() {
    try {
      return JSON.parse(fs.readFileSync(stampFile, 'utf8'));
    } catch {
      return undefined; // never set up, or set up by hand: install once more, it is quick
    }
  }

  /**
   * What npm says is in node_modules, so that packages of the other level, and packages that somebody
   * put there by hand, stay: npm takes away whatever an install does not name.
   * @returns {{ name: string, version: string, dev?: boolean, extraneous?: boolean }[]}
   */
  function readPresent() {
    try {
      const hidden = JSON.parse(
        fs.readFileSync(path.join(root, 'node_modules', '.package-lock.json'), 'utf8'),
      );
      const listed = JSON.parse(String(lock)).packages;
      return Object.entries(hidden.packages).map(([place, entry]) => ({
        ...entry,
        name: place.split('node_modules/').pop(),
        extraneous: !listed[place],
      }));
    } catch {
      return []; // no node_modules yet
    }
  }

  /**
   * @param {string} has
   * @param {string} needs
   */
  function covers(has, needs) {
    return LEVELS.indexOf(has) >= LEVELS.indexOf(needs);
  }

  /**
   * `install` and not `ci`, for `ci` throws node_modules away first: without network nothing would be left.
   * @returns {string | undefined} why it failed, in a few words
   */
  function install() {
    const options = ['install', '--no-save', '--no-audit', '--no-fund', '--prefer-offline'];
    options.push(
      '--ignore-scripts',
      '--loglevel=error',
      '--fetch-retries=1',
      '--fetch-retry-maxtimeout=2000',
      '--fetch-retry-mintimeout=1000',
    );
    if (level === 'learner') options.push('--omit=dev');
    for (const entry of present)
      if (entry.extraneous) options.push(`${entry.name}@${entry.version}`);
    const npm = process.env.npm_execpath;
    const result = npm
      ? childProcess.spawnSync(process.execPath, [npm, ...options], {
          cwd: root,
          stdio: ['ignore', 2, 'pipe'],
        })
      : childProcess.spawnSync('npm', options, {
          cwd: root,
          stdio: ['ignore', 2, 'pipe'],
          shell: process.platform === 'win32',
        });
    if (result.status === 0) return undefined;
    if (result.error) return `npm did not start: ${result.error.message}`;
    // npm names a code, a system call and a number first; the sentence comes after them.
    const said = String(result.stderr).match(
      /^npm error (?:network |\w*Error: )?(?!code |syscall |errno |type |A complete log)(\S.*)$/m,
    );
    return said?.[1] ? said[1].trim() : `npm ended with ${result.status}`;
  }
});
