import { bad, good, type Result } from '../../contract/result.js';
import { quote, type ValueType } from './value-type.js';
import { printableUrl } from '../text.js';

/** The text is shown only as far as it is a URL: anything else may be a secret in the wrong place. */
function parseUrl(text: string): Result<string> {
  const like = 'write a whole URL, such as `https://app.example.com/health`';
  if (/\s/.test(text)) return bad('has a space in it', like);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return looksLikeHost(text)
      ? bad(`${quote(text)} is not a URL`, `add \`https://\`: \`https://${text}\``)
      : bad('is not a URL', like);
  }
  if (/^\.|\.\./.test(url.hostname))
    return bad(`${quote(url.hostname)} is not a host name`, 'leave one dot between its parts');
  return url.protocol === 'http:' || url.protocol === 'https:'
    ? good(text)
    : bad(`${printableUrl(text)} is neither http nor https`, like);
}

/** `shop.example.com/health`, `localhost:8080`: nothing that could be a token. */
function looksLikeHost(text: string): boolean {
  const host =
    /^(?:localhost|(?:[a-z0-9-]{1,30}\.){1,5}[a-z0-9-]{1,30})(?::\d+)?(?:\/[a-z0-9/_.-]*)?$/;
  return text.length <= 80 && host.test(text) && URL.canParse(`https://${text}`);
}

/** A user name or password in a URL is a secret, and so is the text that holds it. */
function userInfo(text: string): readonly string[] {
  const raw = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(text)?.[1];
  if (raw === undefined) return [];
  const colon = raw.indexOf(':');
  const secret = colon === -1 ? raw : raw.slice(colon + 1);
  return [text, raw, secret, decoded(secret)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A comma may stand in a URL; it ends one only where another begins.
 */
function splitUrls(text: string): string[] {
  return text
    .split(/\n|,(?=\s*[a-z][a-z0-9+.-]*:\/\/)/i)
    .map((item) => item.trim().replace(/,$/, ''))
    .filter((item) => item !== '');
}

/**
 * One http or https URL, as written.
 * @param without the path of an API: an address that ends so is taken without it
 */
export function url({ without }: { readonly without?: string } = {}): ValueType<string> {
  return {
    name: 'URL',
    shape: 'text',
    parse: (text) => {
      const parsed = parseUrl(text);
      return parsed.ok && without !== undefined ? good(rootOf(parsed.value, without)) : parsed;
    },
    print: printableUrl,
    secretParts: userInfo,
    schema: { type: 'string', pattern: '^https?://' },
  };
}

function rootOf(address: string, api: string): string {
  const bare = address.replace(/\/+$/, '');
  return bare.endsWith(api) ? bare.slice(0, -api.length) : address;
}

/** http and https URLs, each once, as written. */
export function urls(): ValueType<readonly string[]> {
  return {
    name: 'list of URLs',
    shape: 'list',
    parse: (text) => {
      const found: string[] = [];
      for (const item of splitUrls(text)) {
        const parsed = parseUrl(item);
        if (!parsed.ok) return parsed;
        if (found.includes(item))
          return bad(`${printableUrl(item)} is named twice`, 'name it once');
        found.push(item);
      }
      return found.length === 0 ? bad('names no URL') : good(found);
    },
    print: (value) => value.map(printableUrl).join(', '),
    secretParts: (text) => splitUrls(text).flatMap(userInfo),
    schema: {
      anyOf: [
        { type: 'string', pattern: '^https?://' },
        { type: 'array', items: { type: 'string', pattern: '^https?://' }, minItems: 1 },
      ],
    },
  };
}

/** No word of an API, such as `services` or `webhooks`. */
const looksRandom = /[A-Z0-9_]/;

/**
 * Addresses that are secrets: who knows one may speak through it. What is hidden is the whole, what comes after the host,
 * and of that each part that may be a token: a receiver names it alone when it refuses.
 */
export function webhooks(): ValueType<readonly string[]> {
  return {
    ...urls(),
    name: 'list of webhooks',
    secretParts: (text) =>
      splitUrls(text).flatMap((item) => {
        if (!URL.canParse(item)) return [item];
        const { pathname, search, searchParams } = new URL(item);
        const segments = pathname.split('/').slice(1);
        const tokens = [
          ...segments.filter((segment) => looksRandom.test(segment)),
          // The last one is the token of most, however it looks; behind it a query has one of its own.
          ...(search === '' ? segments.slice(-1) : searchParams.values()),
        ];
        // A path of a few letters stands in many addresses, and lets nobody in.
        const parts = [pathname, search, ...tokens].filter(({ length }) => length >= 8);
        return [item, ...parts, ...parts.map(decoded), ...userInfo(item)];
      }),
  };
}

/**
 * A repository as git reaches it: by https or http, by ssh, or `user@host:path`. Without a password: what stands in an address is shown,
 * and handed to programs. No other way of reaching one: some of git's run a command (https://git-scm.com/docs/gitremote-helpers).
 */
export function gitRepository(): ValueType<string> {
  return {
    name: 'repository',
    shape: 'text',
    parse: (text) => {
      const like =
        'write it like `https://github.com/acme/deploy.git` or `git@github.com:acme/deploy.git`';
      if (/^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:(?!\/\/)[^\s:]+$/.test(text)) return good(text);
      if (!/^(https?|ssh):\/\/[^\s]+$/i.test(text) || !URL.canParse(text))
        return bad('is not an address of a repository', like);
      const { username, password, protocol } = new URL(text);
      const isHttp = protocol.startsWith('http');
      return password !== '' || (isHttp && username !== '')
        ? bad('holds credentials', 'give them by `git-token`')
        : good(text);
    },
    print: printableUrl,
    secretParts: userInfo,
    schema: { type: 'string' },
  };
}
