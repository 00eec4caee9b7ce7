import { describe, expect, it } from '@jest/globals';
import {
  asSet,
  asTree,
  difference,
  fieldsIn,
  fieldsOf,
  type FieldTree,
  intersection,
  pick,
  readTree,
  union,
} from '../../../src/strategies/kubernetes/field-sets.js';

const spec = {
  containers: [
    {
      name: 'app',
      image: 'shop:v1',
      args: ['a', 'b'],
      env: [
        { name: 'A', value: 'secret' },
        { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      ],
      ports: [{ containerPort: 80 }],
      resources: {},
      lifecycle: null,
    },
  ],
  nodeSelector: { disk: 'ssd' },
};

describe('the fields of a value', () => {
  it('are those that the API server counts for one who applies it', () => {
    expect(asTree(fieldsOf(spec))).toEqual({
      'f:containers': {
        'k:{"name":"app"}': {
          '.': {},
          'f:name': {},
          'f:image': {},
          'f:args': {},
          'f:env': {
            'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} },
            'k:{"name":"B"}': {
              '.': {},
              'f:name': {},
              'f:valueFrom': { 'f:secretKeyRef': {} },
            },
          },
          'f:ports': {
            'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
          },
          'f:resources': {},
        },
      },
      'f:nodeSelector': {},
    });
  });

  it('hold no value', () => {
    expect(JSON.stringify(asTree(fieldsIn(spec)))).not.toContain('secret"');
  });

  it('in it: those that lead to others too', () => {
    const more = difference(fieldsIn(spec), fieldsOf(spec));
    expect([...more].map((path) => (JSON.parse(path) as string[]).at(-1))).toEqual([
      'f:containers',
      'f:env',
      'f:valueFrom',
      'f:ports',
    ]);
  });

  it('an item without the key of its list, and a list without keys: one value', () => {
    expect(asTree(fieldsOf({ env: [{ value: '1' }], tolerations: [{ key: 'a' }] }))).toEqual({
      'f:env': {},
      'f:tolerations': {},
    });
  });
});

describe('a set of fields', () => {
  const tree: FieldTree = {
    'f:spec': { '.': {}, 'f:a': {}, 'f:b': { 'f:c': {} } },
  };

  it('is the same as a tree', () => {
    expect(asTree(asSet(tree))).toEqual(tree);
    expect(asSet(tree).size).toBe(3);
    expect(asTree(new Set())).toEqual({});
  });

  it('has unions, intersections and differences', () => {
    const a = asSet({ 'f:a': {}, 'f:b': {} });
    const b = asSet({ 'f:b': {}, 'f:c': {} });
    expect(asTree(union(a, b))).toEqual({ 'f:a': {}, 'f:b': {}, 'f:c': {} });
    expect(asTree(intersection(a, b))).toEqual({ 'f:b': {} });
    expect(asTree(difference(a, b))).toEqual({ 'f:a': {} });
  });

  it.each([null, 7, 'x', [], {}])('read from %j: empty', (value) => {
    expect(readTree(value)).toEqual({});
  });

  it('read from what it was: the same', () => {
    expect(readTree(JSON.parse(JSON.stringify(tree)))).toEqual(tree);
  });
});

describe('a value without what a set does not have', () => {
  it('with all of its fields: itself, without nulls', () => {
    const picked = pick(spec, fieldsOf(spec));
    expect(picked).toEqual(JSON.parse(JSON.stringify(spec).replace(',"lifecycle":null', '')));
  });

  it('has only those fields and items', () => {
    const set = fieldsOf({
      containers: [{ name: 'app', env: [{ name: 'A', value: 'of another version' }] }],
    });
    expect(pick(spec, set)).toEqual({
      containers: [{ name: 'app', env: [{ name: 'A', value: 'secret' }] }],
    });
  });

  it('finds an item of two keys whose default was left out', () => {
    const filledIn = { ports: [{ containerPort: 80, protocol: 'TCP' }] };
    const set = fieldsOf({ ports: [{ containerPort: 80 }] });
    expect(pick(filledIn, set)).toEqual({ ports: [{ containerPort: 80 }] });
  });

  it('is empty without fields', () => {
    expect(pick(spec, new Set())).toEqual({});
  });
});
