/** Where the API is (https://docs.datadoghq.com/getting_started/site/). Keys are sent nowhere else, unless an address is given outside the file. */
export const sites = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'uk1.datadoghq.com',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'ddog-gov.com',
  'us2.ddog-gov.com',
] as const;

export type Site = (typeof sites)[number];

export function siteAddress(site: Site): string {
  return `https://api.${site}`;
}
