/** https://docs.aws.amazon.com/general/latest/gr/cw_region.html */
export function cloudWatchAddress(region: string): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://monitoring.${region}.${domain}`;
}

/** Only such a text may become a part of the address that a signature is sent to. */
export const REGION = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;
