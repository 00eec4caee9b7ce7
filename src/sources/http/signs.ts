import { retryAfterMs } from '../../support/retry.js';

/** An answer that speaks of how often one asks, and not of the service. */
export interface LimitSign {
  /** How long we are asked to wait, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** A bot guard answered, in place of the service. */
  readonly isChallenge: boolean;
}

type Headers = Readonly<Record<string, string>>;

/** Statuses by which a guard in front of a service refuses; what else they may mean is told by the headers. */
const REFUSALS = new Set([403, 405, 503]);

/**
 * Whether an answer is that of a rate limiter, or a challenge of a bot guard. A 503 with `Retry-After` alone is overload:
 * that is the service's own. A challenge is one whatever its status: that of AWS WAF is a 202.
 *
 * Sources: RFC 6585 §4 (429); Cloudflare, "Detect a Challenge Page response" (`cf-mitigated`); AWS WAF, `ChallengeAction` and
 * `CaptchaAction` (`x-amzn-waf-action`); draft-ietf-httpapi-ratelimit-headers (`RateLimit`); Akamai's edge (`x-akamai-…`).
 */
export function limitSign(status: number, headers: Headers, now: number): LimitSign | undefined {
  const isChallenge = CHALLENGES.some((name) => headers[name] !== undefined);
  const isLimit = status === 429 || (REFUSALS.has(status) && hasLimiterHeader(headers));
  if (!isChallenge && !isLimit) return undefined;
  return { retryAfterMs: retryAfterMs((name) => headers[name], now), isChallenge };
}

const CHALLENGES = ['cf-mitigated', 'x-amzn-waf-action'];

function hasLimiterHeader(headers: Headers): boolean {
  return Object.entries(headers).some(([name, value]) => {
    if (/^(x-)?rate-?limit-remaining$/.test(name)) return Number.parseFloat(value) === 0;
    if (name === 'ratelimit') return isUsedUp(value);
    // These two stand on ordinary answers of the service as well.
    return name.startsWith('x-akamai-') && !/^x-akamai-(transformed|staging)$/.test(name);
  });
}

/** `"default";r=0;t=30`, and in older drafts `limit=10, remaining=0, reset=30`. What says nothing of a rest is a limit reached. */
function isUsedUp(value: string): boolean {
  const rests = [...value.matchAll(/\b(?:r|remaining)\s*=\s*(\d+)/g)].map(([, rest]) =>
    Number(rest),
  );
  return rests.length === 0 || rests.includes(0);
}

/**
 * Whether an answer came from a cache, so that the service behind it was not asked. By what caches say of it: `Age` (RFC
 * 9111 §5.1), `Cache-Status` (RFC 9211), and the words of vendors (Cloudflare, Fastly, CloudFront, Akamai, nginx, Varnish).
 */
export function isFromCache(headers: Readonly<Record<string, string>>): boolean {
  if (Number.parseInt(headers.age ?? '0', 10) > 0) return true;
  if (/;\s*hit\b/i.test(headers['cache-status'] ?? '')) return true;
  return VENDORS.some((name) =>
    /(?:\b|_)(?:hit|stale|updating|revalidated)\b/i.test(headers[name] ?? ''),
  );
}

const VENDORS = [
  'x-cache',
  'cf-cache-status',
  'x-cache-status',
  'x-proxy-cache',
  'x-vercel-cache',
  'x-nextjs-cache',
  'cdn-cache',
];
