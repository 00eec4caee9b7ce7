import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the server's process tells. */
export type FromServer =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'asked' }
  | { readonly type: 'request' };

export interface LocalServer {
  readonly url: string;
  /** Resolves when it is certain that the next request is told of; what it resolves with settles then. */
  nextRequest(): Promise<{ readonly seen: Promise<void> }>;
  stop(): void;
}

/** Starts a server in a process of its own, so that its work does not count among what is measured. */
export async function startServer(program = './server.ts'): Promise<LocalServer> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)));
  const { port } = await message(child, 'listening');
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    async nextRequest() {
      const asked = message(child, 'asked');
      const request = message(child, 'request');
      // It may never be awaited: the program that should have asked can end before.
      request.catch(() => undefined);
      child.send('next');
      await asked;
      return { seen: request.then(() => undefined) };
    },
    stop() {
      child.disconnect();
    },
  };
}

function message<T extends FromServer['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<FromServer, { type: T }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (raw: unknown): void => {
      const told = raw as FromServer;
      if (told.type !== type) return;
      stopListening();
      resolve(told as Extract<FromServer, { type: T }>);
    };
    const onExit = (code: number | null): void => {
      stopListening();
      reject(new Error(`the local server ended with code ${String(code)}`));
    };
    const stopListening = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}
