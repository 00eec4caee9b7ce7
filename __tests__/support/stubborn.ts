import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { node, type Workplace } from './bundle.js';

/**
 * A command line that starts two processes, one inside the other, which work on when they are asked to end. Each holds a
 * connection: it is there as long as the process is, and the process as long as it.
 */
export class Stubborn {
  /** So many processes have begun. */
  begun = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => {
    this.begun += 1;
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  });

  static async start(): Promise<Stubborn> {
    const stubborn = new Stubborn();
    await new Promise<void>((done) => stubborn.server.listen(0, '127.0.0.1', done));
    return stubborn;
  }

  /** Resolves when none of the processes is there any more. */
  async gone(): Promise<void> {
    for (const socket of this.sockets) if (!socket.closed) await once(socket, 'close');
  }

  commandLine(place: Workplace): string {
    const { port } = this.server.address() as AddressInfo;
    place.write(
      'stubborn.cjs',
      `for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => undefined);
       if (process.argv[2] === 'outer')
         require('node:child_process').spawn(process.execPath, [__filename], { stdio: 'inherit' });
       require('node:net').connect(${String(port)}, '127.0.0.1')
         .on('error', () => undefined).on('close', () => process.exit());`,
    );
    return `"${node}" stubborn.cjs outer; echo went on`;
  }

  /** Lets every process go that is still there. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }
}
