/** A service, as inputs name it. */
export interface ServiceName {
  /** Name or ARN; `undefined`: the cluster `default`. */
  readonly cluster: string | undefined;
  readonly service: string;
  /** Region and account, where an ARN names them: `eu-west-1:123456789012`. */
  readonly place?: string;
}

/**
 * A name has letters, digits, hyphens and underscores, and an ARN names the cluster too
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html).
 */
export const serviceShape = {
  pattern: /^(?:arn:[\w-]+:ecs:[\w-]+:\d+:service\/(?=[\w-]+\/))?(?:([\w-]+)\/)?([\w-]+)$/,
  like: '`cluster/service`, or the ARN of the service',
};

/** `cluster/service`, or `service` of the cluster `default`. `undefined`: neither. */
export function parseServiceName(text: string): ServiceName | undefined {
  const [, cluster, service] = serviceShape.pattern.exec(text) ?? [];
  if (service === undefined) return undefined;
  const place = placeOf(text);
  return { cluster, service, ...(place === undefined ? {} : { place }) };
}

/** Each service once, however it is named; by its ARN where that is among its names. */
export function parseServiceNames(texts: readonly string[]): readonly ServiceName[] {
  return onceEach(
    texts.flatMap((text) => parseServiceName(text) ?? []),
    (one) => ({ words: serviceInWords(one), place: one.place }),
  );
}

/** Region and account of an ARN, `eu-west-1:123456789012`; `undefined`: of what is none. */
export function placeOf(arn: string): string | undefined {
  return /^arn:[\w-]+:[\w-]+:([\w-]+:\d+):/.exec(arn)?.[1];
}

/** `shop/api` */
export function serviceInWords({ cluster, service }: ServiceName): string {
  return `${cluster ?? 'default'}/${service}`;
}

/** An alias, as inputs name it. */
export interface AliasName {
  /** Name or ARN. */
  readonly functionName: string;
  readonly alias: string;
}

/**
 * A name has letters, digits, hyphens and underscores; that of an alias is no number
 * (https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html).
 */
export const aliasShape = {
  pattern: /^((?:arn:[\w-]+:lambda:[\w-]+:\d+:function:)?[\w-]+):(?!\d+$)([\w-]+)$/,
  like: '`function:alias`; a version cannot be moved',
};

/** `function:alias`; the function also by its ARN. `undefined`: neither. */
export function parseAliasName(text: string): AliasName | undefined {
  const [, functionName, alias] = aliasShape.pattern.exec(text) ?? [];
  return functionName === undefined || alias === undefined ? undefined : { functionName, alias };
}

/** Each alias once, however its function is named; by the ARN where that is among its names. */
export function parseAliasNames(texts: readonly string[]): readonly AliasName[] {
  return onceEach(
    texts.flatMap((text) => parseAliasName(text) ?? []),
    (one) => ({ words: aliasInWords(one), place: placeOf(one.functionName) }),
  );
}

/** The same name in two regions is two things. */
function onceEach<T>(
  all: readonly T[],
  known: (one: T) => { readonly words: string; readonly place: string | undefined },
): readonly T[] {
  const keys = all.map(known);
  return all.filter((_, index) => {
    const { words, place } = keys[index] ?? {};
    return !keys.some(
      (other, at) =>
        other.words === words && (other.place === place ? at < index : place === undefined),
    );
  });
}

/** `shop-api:live` */
export function aliasInWords({ functionName, alias }: AliasName): string {
  return `${functionName.split(':').at(-1) ?? ''}:${alias}`;
}
