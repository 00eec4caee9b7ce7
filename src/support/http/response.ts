import { fields, isObject } from '../json.js';
import { oneLine } from '../text.js';

/** What an API answered, whatever its status. */
export interface ApiResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON as it was parsed, else text. Nothing in it is trusted before it is checked. */
  readonly data: unknown;
  /** Whether `data` is the body as it came, because it is no JSON, or called something else. */
  readonly isText?: true;
}

export function isSuccess({ status }: ApiResponse): boolean {
  return status >= 200 && status < 300;
}

/**
 * A page where data are due, whatever its status: the API wants somebody to sign in, or something in front of it has answered.
 * Azure DevOps says 203 then (MicrosoftDocs/vsts-rest-api-specs#97, #574); elsewhere it says that a proxy has changed what
 * was answered (RFC 9110 §15.3.4).
 */
export function isPage({ status, headers, data }: ApiResponse): boolean {
  if (status === 203) return true;
  return (
    typeof data === 'string' &&
    (/\bhtml\b/i.test(headers['content-type'] ?? '') ||
      /^\s*<(!doctype|html|head|body)\b/i.test(data))
  );
}

/**
 * GitHub says with 403 too that there were too many requests (REST documentation, "Rate limits for the REST API":
 * `retry-after`, or `x-ratelimit-remaining: 0`).
 */
export function isRateLimited({ status, headers }: ApiResponse): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0')
  );
}

/**
 * The API's own words, on one line: `message`, `error`, `error_description` and what `errors` adds to them, or a page
 * without its tags. Empty when it said nothing that can be shown.
 *
 * @param redact takes secrets out, where the transport does not
 */
export function serverMessage(
  { data }: Pick<ApiResponse, 'data'>,
  redact = (text: string): string => text,
): string {
  const shown = (text: string): string => oneLine(redact(text));
  if (typeof data === 'string') return shown(withoutTags(data));
  const { message, error, error_description: description, errors } = fields(data);
  const parts = [message, error, description, errors].flatMap(words);
  return shown([...new Set(parts)].join('; '));
}

/** The texts in a value of an error: GitLab and CircleCI have lists and objects of lists where others have a text. */
function words(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(words);
  if (!isObject(value)) return [];
  // Elasticsearch gives a `reason`, JSON:API (jsonapi.org/format/#error-objects) a `detail` and a `title`.
  const { message, reason, detail, title } = value;
  const own = [message, reason, detail, title].find((text) => typeof text === 'string');
  if (typeof own === 'string') return [own];
  return Object.entries(value).flatMap(([name, inner]) =>
    words(inner).map((text) => `${name}: ${text}`),
  );
}

function withoutTags(page: string): string {
  return page.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
}

/** `status 422 (No ref found for: main)`. */
export function describeResponse(response: ApiResponse): string {
  const text = serverMessage(response);
  const status = `status ${String(response.status)}`;
  return text === '' ? status : `${status} (${text})`;
}

/** What to do about one kind of answer. */
export interface Hint {
  /** Without it: any. */
  readonly status?: number | readonly number[];
  /** What the API says; without it: whatever it says. */
  readonly says?: RegExp;
  readonly hint: string;
}

/** The first line of a table that fits. */
export function hintIn(
  table: readonly Hint[],
  status: number | undefined,
  text: string,
): string | undefined {
  return table.find(
    (row) =>
      (row.status === undefined || [row.status].flat().some((one) => one === status)) &&
      (row.says?.test(text) ?? true),
  )?.hint;
}
