import { fields, listOf, textOf, textsOf } from '../json.js';

/**
 * A LabelSelector as `kubectl get -l` takes it; `undefined` for one that we do not understand, or that selects everything.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function selectorText(selector: unknown): string | undefined {
  const { matchLabels, matchExpressions } = fields(selector);
  const parts = [
    ...Object.entries(textsOf(matchLabels)).map(([key, value]) => `${key}=${value}`),
    ...listOf(matchExpressions).map(expressionText),
  ];
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts.join(',');
}

function expressionText(expression: unknown): string | undefined {
  const { key, operator, values } = fields(expression);
  const name = textOf(key);
  if (name === undefined) return undefined;
  const choice = listOf(values).map(String).join(',');
  switch (operator) {
    case 'In':
      return `${name} in (${choice})`;
    case 'NotIn':
      return `${name} notin (${choice})`;
    case 'Exists':
      return name;
    case 'DoesNotExist':
      return `!${name}`;
    default:
      return undefined;
  }
}
