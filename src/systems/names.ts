/** How an output is called where it becomes a variable of a shell: `rollback-status` → `ROLLGATE_ROLLBACK_STATUS`. */
export function shellName(output: string): string {
  return `ROLLGATE_${output.toUpperCase().replaceAll('-', '_')}`;
}

/** How an output is called where a name has no hyphens: `rollback-status` → `rollbackStatus`. */
export function camelName(output: string): string {
  return output.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
