import described from './aws-shapes.json' with { type: 'json' };

interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly value?: string;
}

interface Service {
  readonly operations: Readonly<
    Record<
      string,
      { readonly input: string; readonly output: string; readonly errors: readonly string[] }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

const services = described as unknown as Readonly<Record<string, Service>>;

/** `update-service` → `UpdateService` */
function nameOf(operation: string): string {
  return operation.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

/** What is wrong with what goes into an operation, or comes out of it, by the published shapes. */
export function misfits(
  [service, operation]: readonly [string, string],
  side: 'input' | 'output',
  value: unknown,
): readonly string[] {
  const model = services[service];
  const found = model?.operations[nameOf(operation)];
  if (model === undefined || found === undefined) return [`no operation ${service} ${operation}`];
  return misfitsOf(model, found[side], value, side);
}

/** The codes of errors that an operation may have. */
export function errorsOf([service, operation]: readonly [string, string]): readonly string[] {
  return services[service]?.operations[nameOf(operation)]?.errors ?? [];
}

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  long: Number.isInteger,
  double: Number.isFinite,
  timestamp: (value) => typeof value === 'string' || typeof value === 'number',
};

function misfitsOf(model: Service, name: string, value: unknown, at: string): readonly string[] {
  const shape = model.shapes[name];
  if (shape === undefined) return [`${at}: no shape ${name}`];
  if (shape.type === 'list')
    return Array.isArray(value)
      ? value.flatMap((one, index) =>
          misfitsOf(model, shape.member ?? '', one, `${at}[${String(index)}]`),
        )
      : [`${at} is not a list`];
  if (shape.type === 'structure' || shape.type === 'map') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${at} is no object`];
    const lacking = (shape.required ?? []).filter((key) => !(key in value));
    return [
      ...lacking.map((key) => `${at} lacks ${key}`),
      ...Object.entries(value).flatMap(([key, one]) => {
        const of = shape.type === 'map' ? shape.value : shape.members?.[key];
        return of === undefined ? [`${at} has ${key}`] : misfitsOf(model, of, one, `${at}.${key}`);
      }),
    ];
  }
  if (types[shape.type]?.(value) !== true) return [`${at} is no ${shape.type}`];
  return shape.enum === undefined || shape.enum.includes(value as string)
    ? []
    : [`${at} is ${String(value)}`];
}
