/**
 * The variable that holds an option of a check: `orders`, `headers` → `ROLLGATE_CHECK_ORDERS_HEADERS`. Of what stands below
 * `baseline`: `ROLLGATE_CHECK_ORDERS_BASELINE_URL`.
 */
export function checkVariable(check: string, option: string): string {
  return `ROLLGATE_CHECK_${`${check}_${option}`.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}
