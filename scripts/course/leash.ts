// Preloaded into a lesson's server that a command runs in the foreground: the server ends when the
// command does, even when the command was killed and could not say so.
import { Socket } from 'node:net';

const LEASH = 3; // the file descriptor of a pipe whose other end the command holds

const held = new Socket({ fd: LEASH });
held.on('close', () => process.exit());
held.on('error', () => held.destroy());
held.resume(); // or its end is never noticed
held.unref(); // the server decides how long it runs; this only shortens it
