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
