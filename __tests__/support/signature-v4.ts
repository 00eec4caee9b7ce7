import { createHash, createHmac } from 'node:crypto';
import type { Received } from './servers.js';

/**
 * Why a request is not signed as AWS wants it, computed from the description of the process and from nothing else
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html); `undefined`: it is.
 */
export function signatureProblem(
  { method, url, headers, body }: Received,
  keys: { readonly id: string; readonly secret: string; readonly session?: string },
  now: number,
): string | undefined {
  const header = (name: string): string => String(headers[name] ?? '');
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      header('authorization'),
    );
  if (found === null) return 'Authorization header is malformed';
  const [, id, day = '', region = '', service = '', signed = '', signature] = found;
  if (id !== keys.id) return 'unknown key';
  if (keys.session !== undefined && header('x-amz-security-token') !== keys.session)
    return 'the session token is missing';
  const stamp = header('x-amz-date');
  const at = Date.parse(
    stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (!(Math.abs(at / 1000 - now) <= 300)) return `Signature expired: ${stamp} is not now`;
  const names = signed.split(';');
  const missing = ['host', 'x-amz-date', 'x-amz-target'].filter((name) => !names.includes(name));
  if (missing.length > 0) return `not signed: ${missing.join(', ')}`;
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (key: Buffer | string, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const [path = '/', query = ''] = url.split('?');
  const canonical = [
    method,
    path,
    query,
    ...names.map((name) => `${name}:${header(name).trim()}`),
    '',
    signed,
    hash(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', stamp, scope, hash(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
    (before, part) => hmac(before, part),
    `AWS4${keys.secret}`,
  );
  return hmac(key, text).toString('hex') === signature ? undefined : 'the signature is wrong';
}
