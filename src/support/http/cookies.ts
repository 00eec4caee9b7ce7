/** The cookies that the answers to one request and its redirects set. They are forgotten with it. */
export interface Cookies {
  /** @param lines the `Set-Cookie` lines of an answer. @param now wall clock, milliseconds. */
  take(from: string, lines: readonly string[], now: number): void;
  /** What a request to `url` carries as `Cookie`; `undefined`: nothing. @param own what the caller sends by itself. */
  headerFor(url: string, own: string | undefined): string | undefined;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  /** Hosts below it get it too. */
  readonly forHostsBelow: boolean;
  readonly path: string;
  readonly secure: boolean;
}

/** As RFC 6265 §5.2 to §5.4 has it. */
export function createCookies(): Cookies {
  const cookies = new Map<string, Cookie>();
  return {
    take(from, lines, now) {
      const url = new URL(from);
      for (const line of lines) {
        const read = parse(line, url, now);
        if (read === undefined) continue;
        const key = `${read.cookie.name};${read.cookie.host};${read.cookie.path}`;
        if (read.isOver) cookies.delete(key);
        else cookies.set(key, read.cookie);
      }
    },
    headerFor(to, own) {
      if (cookies.size === 0) return own;
      const url = new URL(to);
      const pairs = [...cookies.values()]
        .filter((cookie) => belongsTo(cookie, url))
        .sort((a, b) => b.path.length - a.path.length)
        .map(({ name, value }) => `${name}=${value}`);
      const all = [...(own === undefined ? [] : [own]), ...pairs];
      return all.length === 0 ? undefined : all.join('; ');
    },
  };
}

function parse(
  line: string,
  from: URL,
  now: number,
): { readonly cookie: Cookie; readonly isOver: boolean } | undefined {
  const [pair = '', ...parts] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, equals).trim();
  if (equals === -1 || name === '') return undefined;
  const attributes = new Map(
    parts.map((part): [string, string] => {
      const [key = '', ...value] = part.split('=');
      return [key.trim().toLowerCase(), value.join('=').trim()];
    }),
  );
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? '';
  const host = from.hostname;
  // What an answer says of other hosts than its own is ignored, and one label alone is no domain.
  if (domain !== '' && domain !== host && !(isBelow(host, domain) && domain.includes('.')))
    return undefined;
  const path = attributes.get('path') ?? '';
  return {
    cookie: {
      name,
      value: pair.slice(equals + 1).trim(),
      host: domain === '' ? host : domain,
      forHostsBelow: domain !== '',
      path: path.startsWith('/') ? path : folderOf(from.pathname),
      secure: attributes.has('secure'),
    },
    isOver: isOver(attributes, now),
  };
}

function isOver(attributes: ReadonlyMap<string, string>, now: number): boolean {
  const age = attributes.get('max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0;
  const expires = Date.parse(attributes.get('expires') ?? '');
  return !Number.isNaN(expires) && expires <= now;
}

function belongsTo({ host, forHostsBelow, path, secure }: Cookie, url: URL): boolean {
  if (secure && url.protocol !== 'https:') return false;
  if (url.hostname !== host && !(forHostsBelow && isBelow(url.hostname, host))) return false;
  return (
    url.pathname === path ||
    (url.pathname.startsWith(path) && (path.endsWith('/') || url.pathname[path.length] === '/'))
  );
}

function isBelow(host: string, domain: string): boolean {
  // An IP address has no domains above it.
  return host.endsWith(`.${domain}`) && !/^[\d.]+$|:/.test(host);
}

function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}
