import description from './github-openapi.json' with { type: 'json' };

/** The part of an OpenAPI 3.0 schema that says what a value must have. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly minLength?: number;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export type ObjectName = keyof typeof description.components.schemas;

const schemas: Readonly<Record<string, Schema>> = description.components.schemas;

/**
 * An object as GitHub's API gives it: `known`, and for the dozens of fields that the client has no use for whatever
 * GitHub's own schema requires of them.
 */
export function githubObject(
  name: ObjectName,
  known: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return { ...(sample({ $ref: `#/components/schemas/${name}` }) as object), ...known };
}

const strings: Readonly<Record<string, string>> = {
  uri: 'https://github.example/',
  'date-time': '2026-01-01T00:00:00Z',
};

function sample(schema: Schema): unknown {
  if (schema.$ref !== undefined) {
    return sample(schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {});
  }
  if (schema.nullable === true) return null;
  if (schema.enum !== undefined) return schema.enum[0];
  const [part] = schema.oneOf ?? schema.anyOf ?? schema.allOf ?? [];
  if (part !== undefined) return sample(part);
  switch (schema.type ?? '') {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((field) => [field, sample(schema.properties?.[field] ?? {})]),
      );
    case 'array':
      return [];
    case 'string':
      return strings[schema.format ?? ''] ?? '0'.repeat(schema.minLength ?? 0);
    case 'boolean':
      return false;
    default:
      return 0;
  }
}
