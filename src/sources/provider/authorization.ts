/** The header for a bearer token or for `user:password`. A bearer token has no colon (RFC 6750, 2.1). */
export function authorization(token: string, scheme: 'Bearer' | 'Token' = 'Bearer'): string {
  return token.includes(':')
    ? `Basic ${Buffer.from(token, 'utf8').toString('base64')}`
    : `${scheme} ${token}`;
}
