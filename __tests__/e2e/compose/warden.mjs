/**
 * Runs one Docker engine, and clears everything away when whoever started it is gone, however it went. A process of its
 * own, because a test run that is killed cleans nothing up.
 *
 * The engine is the first process but one of a PID namespace, and has a mount namespace of its own: when it ends, the kernel
 * ends all that it started (containerd, the shims, the containers) and forgets its mounts. What is left then are bridges,
 * control groups and the folder.
 *
 * Messages in:  { start: arguments of dockerd, program, env, log } and { end: 'TERM' | 'KILL' }.
 * Messages out: { ended: how }.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers';

const [folder, busybox] = process.argv.slice(2);
const CGROUPS = '/sys/fs/cgroup';
/** An engine stops its containers in 15 seconds, unless told otherwise. */
const PATIENCE_MS = 40_000;

// It ends its child by the signal that it reads, or when nobody is there any more to write one. An empty /run: sockets of
// shims are made in /run/containerd, and must not meet those of the machine's own engine.
const INIT = `
mount -t tmpfs tmpfs /run || exit
exec 3<&0
"$@" </dev/null 3<&- &
engine=$!
{ read -r signal <&3; kill -s "\${signal:-KILL}" $engine; } &
wait $engine
`;

let engine;

function tell(message) {
  if (process.connected) process.send(message);
}

function start({ start: args, program, env, log }) {
  const output = openSync(log, 'a');
  engine = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL'],
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['tini-static', '-s', '--', 'sh', '-c', INIT, 'init', program, ...args],
    ],
    { cwd: folder, env, stdio: ['pipe', output, output] },
  );
  closeSync(output);
  engine.stdin.on('error', () => undefined);
  const ended = (how) => {
    if (engine === undefined) return;
    engine = undefined;
    removeCgroups(folder);
    tell({ ended: how });
    if (!process.connected) leave();
  };
  engine.once('error', (error) => ended(error.message));
  engine.once('exit', (code, signal) => ended(signal ?? `exit code ${String(code)}`));
}

function end(signal) {
  if (engine === undefined) return;
  engine.stdin.end(`${signal}\n`);
  const ending = engine;
  setTimeout(() => ending.kill('SIGKILL'), PATIENCE_MS).unref();
}

/** Bridges outlive their engine; they are told from those of other engines by the network that they belong to. */
function removeBridges(of) {
  let known;
  try {
    known = readFileSync(join(of, 'data/network/files/local-kv.db'), 'latin1');
  } catch {
    return;
  }
  for (const name of readdirSync('/sys/class/net')) {
    if (/^br-[0-9a-f]{12}$/.test(name) && known.includes(name.slice('br-'.length)))
      spawnSync(busybox, ['ip', 'link', 'delete', 'dev', name]);
  }
}

function removeCgroups(of) {
  // Version 1 has a tree for every controller.
  for (const tree of ['.', ...readdirSync(CGROUPS)]) removeTree(join(CGROUPS, tree, basename(of)));
}

/** Control groups hold files that cannot be removed; a folder goes when it has no folders. */
function removeTree(path) {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) removeTree(join(path, entry.name));
    rmdirSync(path);
  } catch {
    // Not there.
  }
}

function clear(of) {
  removeBridges(of);
  removeCgroups(of);
  rmSync(of, { recursive: true, force: true, maxRetries: 5 });
}

/** What wardens that were killed themselves have left. */
function clearForgotten() {
  for (const name of readdirSync(dirname(folder))) {
    const other = join(dirname(folder), name);
    if (!/^rollgate-engine-/.test(name) || other === folder) continue;
    try {
      const pid = readFileSync(join(other, 'warden.pid'), 'utf8');
      if (!isWarden(pid, other)) clear(other);
    } catch {
      // Just being made, or just being removed.
    }
  }
}

function isWarden(pid, of) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(of);
  } catch {
    return false;
  }
}

function leave() {
  clear(folder);
  process.exit(0);
}

writeFileSync(join(folder, 'warden.pid'), String(process.pid));
clearForgotten();
process.on('message', (message) => {
  if ('start' in message) start(message);
  else end(message.end);
});
process.on('disconnect', () => {
  if (engine === undefined) leave();
  end('KILL');
});
// The terminal's Ctrl-C is for the test run; its end is noticed above.
process.on('SIGINT', () => undefined);
