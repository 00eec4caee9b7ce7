/**
 * A URL as it may be printed: user info and the values of the query are `***`, a fragment is dropped.
 * Text that is no URL is shown as `(not a URL)`, because it may be a secret in the wrong place.
 */
export function printableUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return '(not a URL)';
  }
  const user = url.username !== '' || url.password !== '' ? '***@' : '';
  const query = [...url.searchParams.keys()].map((key) => `${encodeURIComponent(key)}=***`);
  const search = query.length === 0 ? '' : `?${query.join('&')}`;
  return `${url.protocol}//${user}${url.host}${url.pathname === '/' ? '' : url.pathname}${search}`;
}
