import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workplace } from './bundle.js';

/**
 * Loaded before the program: writes every address that a socket is to be connected to, and every name that is looked up, into
 * the file, one a line.
 */
const hook = (file: string): string => `
import net from 'node:net';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
const note = (text) => appendFileSync(${JSON.stringify(file)}, text + '\\n');
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const first = Array.isArray(given[0]) ? given[0][0] : given[0];
  const { host = 'localhost', port, path } = typeof first === 'object' ? first : { port: first, host: given[1] };
  note(path ?? host + ':' + port);
  return connect.apply(this, given);
};
const lookup = dns.lookup;
dns.lookup = function (name, ...rest) {
  note(String(name));
  return lookup.call(this, name, ...rest);
};
`;

/** Notes where a program in the workplace connects to. */
export class Addresses {
  private readonly file: string;
  /** For the environment of the program. */
  readonly env: Readonly<Record<string, string>>;

  constructor(place: Workplace) {
    this.file = join(place.folder, 'addresses.txt');
    place.write('addresses.mjs', hook(this.file));
    this.env = { NODE_OPTIONS: `--import ${place.path('addresses.mjs')}` };
  }

  /** Every one once, in order. */
  seen(): readonly string[] {
    const text = existsSync(this.file) ? readFileSync(this.file, 'utf8') : '';
    return [...new Set(text.split('\n').filter((line) => line !== ''))].sort();
  }
}
