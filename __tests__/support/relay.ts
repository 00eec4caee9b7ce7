import net from 'node:net';
import { serveTcp, type TestServer } from './servers.js';

/** A balancer that chooses a backend for a connection, as a Kubernetes Service does, and never again for its requests. */
export interface Relay extends TestServer {
  /** How many connections it gave to each backend, by port. */
  readonly given: ReadonlyMap<number, number>;
}

/** @param choose gives the port of the backend for connection `n`, counted from 0. */
export async function relay(choose: (n: number) => number): Promise<Relay> {
  const given = new Map<number, number>();
  let count = 0;
  const server = await serveTcp((client) => {
    const port = choose(count++);
    given.set(port, (given.get(port) ?? 0) + 1);
    const backend = net.connect(port, '127.0.0.1');
    backend.on('error', () => client.destroy());
    client.on('close', () => backend.destroy());
    backend.on('close', () => client.destroy());
    client.pipe(backend).pipe(client);
  });
  return { ...server, given };
}
