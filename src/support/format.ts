/** `90500` → `1m 30.5s`; below a minute `12.3s`; whole numbers lose the `.0`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms))}ms`;
  const tenths = Math.round(ms / 100);
  const hours = Math.floor(tenths / 36000);
  const minutes = Math.floor((tenths % 36000) / 600);
  const seconds = (tenths % 600) / 10;
  const parts = [
    hours > 0 ? `${String(hours)}h` : '',
    minutes > 0 ? `${String(minutes)}m` : '',
    seconds > 0 ? `${String(seconds)}s` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '0s' : parts.join(' ');
}

/**
 * A share 0..1 as percent with at most `digits` decimals, without trailing zeros: `0.863` → `86.3 %`. Rounded down: one
 * failure in a million is not 100 %.
 */
export function formatShare(share: number, digits = 2): string {
  const scale = 10 ** digits;
  return `${formatNumber(Math.floor(share * 100 * scale + 1e-6) / scale, digits)} %`;
}

/**
 * At most `digits` decimals, no trailing zeros, thousands separated: `5980` → `5,980`. By hand, because the first
 * `toLocaleString` of a process costs as much as all the rest of its start.
 */
export function formatNumber(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return String(value);
  const [whole = '', decimals = ''] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const kept = decimals.replace(/0+$/, '');
  const text = kept === '' ? grouped : `${grouped}.${kept}`;
  return value < 0 && text !== '0' ? `-${text}` : text;
}

/** `1 request`, `2 requests`. */
export function plural(count: number, noun: string): string {
  return `${formatNumber(count, 0)} ${noun}${count === 1 ? '' : 's'}`;
}
