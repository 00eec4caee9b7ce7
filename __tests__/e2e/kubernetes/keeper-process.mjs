/**
 * Holds the processes of one control plane: starts and kills them as it is told, and ends them all when whoever started it is
 * gone, however it went. A process of its own, because a test run that is killed cleans nothing up.
 *
 * Messages in:  { start: name, program, args, env, log } and { kill: name }.
 * Messages out: { started: name } and { ended: name, how }.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';

const [folder] = process.argv.slice(2);
const children = new Map();

function tell(message) {
  if (process.connected) process.send(message);
}

function start({ start: name, program, args, env, log }) {
  const output = openSync(log, 'a');
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', output, output] });
  closeSync(output);
  children.set(name, child);
  const ended = (how) => {
    if (children.get(name) !== child) return;
    children.delete(name);
    tell({ ended: name, how });
    if (!process.connected && children.size === 0) leave();
  };
  child.once('error', (error) => ended(error.message));
  child.once('exit', (code, signal) => ended(signal ?? `exit code ${String(code)}`));
  tell({ started: name });
}

function leave() {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

process.on('message', (message) => {
  if ('start' in message) start(message);
  else if ('kill' in message) children.get(message.kill)?.kill('SIGKILL');
});
process.on('disconnect', () => {
  if (children.size === 0) leave();
  for (const child of children.values()) child.kill('SIGKILL');
});
// The terminal's Ctrl-C is for the test run; its end is noticed above.
process.on('SIGINT', () => undefined);
