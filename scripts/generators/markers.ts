/**
 * Puts `content` between `<!-- generated:name -->` and `<!-- /generated:name -->`.
 * @throws when the pair is not there exactly once, in this order.
 */
export function fill(document: string, name: string, content: string): string {
  const begin = `<!-- generated:${name} -->`;
  const end = `<!-- /generated:${name} -->`;
  const [before, inside, ...more] = document.split(begin);
  const [, after, ...evenMore] = inside?.split(end) ?? [];
  if (before === undefined || after === undefined || more.length > 0 || evenMore.length > 0) {
    throw new Error(`the document needs ${begin} and ${end}, each once and in this order`);
  }
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}
