// Finds and ends every process of one run: the group that the child leads, and those that left it.
//
// A program can start another one with `detached: true`, which puts it into a group of its own.
// It still carries the run's tag in its environment, or descends from one that we know. This file
// is plain JavaScript without packages, for it also runs in the child's watcher thread.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** The environment variable that marks all processes of one run. */
export const TAG = 'DOWN_THE_WIRE_RUN';

/** @typedef {{ pid: number, parent: number, group: number, tagged: boolean }} Process */

/**
 * The processes of this machine that are alive; a zombie, which only waits to be collected, is not.
 * @param {string} tag value of the TAG variable to look for
 * @param {number} leader pid of the run's child: what is older cannot be of the run
 * @returns {Process[]} empty where this system gives no list
 */
function listProcesses(tag, leader) {
  if (process.platform === 'linux') return listFromProc(`${TAG}=${tag}`, leader);
  if (process.platform === 'win32') return [];
  return listFromPs(`${TAG}=${tag}`);
}

/** @param {string} mark @param {number} leader @returns {Process[]} */
function listFromProc(mark, leader) {
  const all = readdirSync('/proc').filter((name) => Number(name));
  const begun = readStatus(leader)?.begun ?? 0;
  return all.flatMap((name) => {
    const status = readStatus(Number(name));
    if (!status || status.state === 'Z' || status.state === 'X') return [];
    const isYounger = status.begun >= begun;
    return [{ ...status, tagged: isYounger && readEnvironment(name).includes(mark) }];
  });
}

const status = Buffer.alloc(1024);

/** @param {number} pid @returns undefined if it has ended meanwhile */
function readStatus(pid) {
  try {
    const file = openSync(`/proc/${pid}/stat`, 'r');
    const length = readSync(file, status, 0, status.length, 0);
    closeSync(file);
    // "12 (a name) S 1 12 …": a name may hold spaces and brackets, so read on from the last one.
    const text = status.toString('latin1', 0, length);
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group] = fields;
    return { pid, state, parent: Number(parent), group: Number(group), begun: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** @param {string} name */
function readEnvironment(name) {
  try {
    return readFileSync(`/proc/${name}/environ`, 'latin1');
  } catch {
    return ''; // another user's
  }
}

/** @param {string} mark @returns {Process[]} */
function listFromPs(mark) {
  const columns = ['-A', '-E', '-ww', '-o', 'pid=,ppid=,pgid=,stat=,command='];
  const { pid: own, stdout } = spawnSync('ps', columns, {
    encoding: 'latin1',
    maxBuffer: 64 * 1024 * 1024,
  });
  /** @type {Process[]} */
  const found = [];
  for (const line of (stdout ?? '').split('\n')) {
    const [, pid, parent, group, state] = line.match(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)/) ?? [];
    if (!state || state.startsWith('Z') || Number(pid) === own) continue;
    found.push({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      tagged: line.includes(mark),
    });
  }
  return found;
}

/**
 * The living processes of a run.
 * @param {number} leader pid of the run's child, which is also its group
 * @param {string} tag
 * @param {Set<number>} known pids that belonged to the run when we last looked; what descends from
 *   them belongs too, even with an environment of its own. Those found are added.
 * @returns {number[]} pids
 */
export function livingProcesses(leader, tag, known) {
  const all = listProcesses(tag, leader);
  const ours = new Set([leader, ...known]);
  const found = new Set();
  // A child may be listed before its parent: go round until a round finds nothing new.
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent, group, tagged } of all) {
      if (tagged || group === leader || ours.has(pid) || ours.has(parent)) {
        found.add(pid);
        ours.add(pid);
      }
    }
  }
  for (const pid of found) known.add(pid);
  return [...found];
}

/**
 * Kills what is alive of a run, once. Ask again until nothing is left, for a process may have been
 * about to start another.
 * @param {number} leader
 * @param {string} tag
 * @param {Set<number>} known see livingProcesses
 * @returns {number} how many were alive, the caller itself not counted and not killed
 */
export function killProcesses(leader, tag, known) {
  if (process.platform === 'win32') {
    // No groups here: taskkill follows the tree of parents, so the leader must still be alive.
    spawnSync('taskkill', ['/pid', String(leader), '/T', '/F'], {
      stdio: 'ignore',
      windowsHide: true,
    });
    return 0;
  }
  const alive = livingProcesses(leader, tag, known).filter((pid) => pid !== process.pid);
  for (const pid of alive) kill(pid);
  return alive.length;
}

/**
 * SIGKILL, to a process or, as a negative number, to a group. One that is gone already is fine.
 * @param {number} pid
 */
export function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone, or never ours.
  }
}
