/** Whether CloudWatch computes it: names of metrics have no brackets, and Metrics Insights begins with SELECT. */
export function isExpression(written: string): boolean {
  return written.includes('(') || /^\s*select\s/i.test(written);
}
