/**
 * The program of a child process: a server that answers everything with 200. It tells its parent the port, and, each time
 * the parent asks for it by any message, when the next request has come in.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FromServer } from './local-server.js';

let asked = false;

function tell(message: FromServer): void {
  process.send?.(message);
}

const server = createServer((_request, response) => {
  response.end('ok');
  if (!asked) return;
  asked = false;
  tell({ type: 'request' });
});
// A client may reuse a connection at any time while the benchmark runs.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  tell({ type: 'listening', port: (server.address() as AddressInfo).port });
});

process.on('message', () => {
  asked = true;
  tell({ type: 'asked' });
});
process.on('disconnect', () => {
  process.exit();
});
