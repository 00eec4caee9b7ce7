import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Nothing of the machine's own configuration, and somebody who commits. */
export const gitEnvironment = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
};

/**
 * Answers a request for a repository in this folder, by CGI: https://git-scm.com/docs/git-http-backend#_environment
 * @param drop whether git acts on the request, and the connection ends instead of an answer
 */
export function answerByGit(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
  drop = false,
): void {
  const url = new URL(request.url ?? '/', 'http://git.test');
  const { headers } = request;
  const encoding = headers['content-encoding'];
  const protocol = headers['git-protocol'];
  const cgi = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...gitEnvironment,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      REMOTE_USER: 'somebody',
      REMOTE_ADDR: '127.0.0.1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers['content-type'],
      CONTENT_LENGTH: headers['content-length'],
      ...(encoding === undefined ? {} : { HTTP_CONTENT_ENCODING: encoding }),
      ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
    },
  });
  request.pipe(cgi.stdin);
  // It may end before it has read everything.
  cgi.stdin.on('error', () => undefined);
  const chunks: Buffer[] = [];
  cgi.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  cgi.on('error', () => response.writeHead(500).end());
  cgi.on('close', () => {
    if (drop) {
      response.destroy();
      return;
    }
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    let status = 200;
    for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/s);
      if (name === 'Status') status = Number.parseInt(value, 10);
      else if (name !== '') response.setHeader(name, value);
    }
    response.writeHead(status).end(output.subarray(end + 4));
  });
}
