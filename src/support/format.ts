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

/** A share 0..1 as percent with at most `digits` decimals, without trailing zeros: `0.863` → `86.3 %`. */
export function formatShare(share: number, digits = 2): string {
  return `${formatNumber(share * 100, digits)} %`;
}

/** At most `digits` decimals, no trailing zeros, thousands separated: `5980` → `5,980`. */
export function formatNumber(value: number, digits = 2): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** `1 request`, `2 requests`. */
export function plural(count: number, noun: string): string {
  return `${formatNumber(count, 0)} ${noun}${count === 1 ? '' : 's'}`;
}
