import { describe, expect, it } from '@jest/globals';
import { readServices } from '../../../src/commands/init/compose-services.js';

describe('the services of a Compose file', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['image: ${API_IMAGE}', { imageVariable: 'API_IMAGE' }],
    ['image: $API_IMAGE', { imageVariable: 'API_IMAGE' }],
    ['image: ${API_IMAGE:?set it}', { imageVariable: 'API_IMAGE' }],
    [
      'image: ${API_IMAGE:-reg.test:5000/shop/api:1.0}',
      { imageVariable: 'API_IMAGE', imageName: 'reg.test:5000/shop/api' },
    ],
    ['image: ${API_IMAGE:-shop:${TAG}}', { imageVariable: 'API_IMAGE' }],
    ['image: shop/api:${TAG}', { tagVariable: 'TAG', imageName: 'shop/api' }],
    ['image: shop/api:${TAG:-latest}', { tagVariable: 'TAG', imageName: 'shop/api' }],
    ['image: reg.test:5000/api:$TAG', { tagVariable: 'TAG', imageName: 'reg.test:5000/api' }],
    ['image: postgres:17', { imageName: 'postgres' }],
    ['image: reg.test:5000/api@sha256:00', { imageName: 'reg.test:5000/api' }],
    ['image: ${REGISTRY}/api:${TAG}', {}],
    ['build: .', {}],
  ])('%s', (line, expected) => {
    expect(readServices('compose.yaml', `services:\n  api:\n    ${line}\n`)).toEqual({
      ok: true,
      value: { path: 'compose.yaml', services: [{ name: 'api', ...expected }] },
    });
  });

  it('in the order of the file, with anchors, merges and the tags of Compose', () => {
    const text =
      'x-all: &all { image: "shop:${TAG}" }\nservices:\n  web: { <<: *all, ports: !reset [] }\n  db:\n';
    expect(readServices('compose.yaml', text)).toEqual({
      ok: true,
      value: {
        path: 'compose.yaml',
        services: [{ name: 'web', tagVariable: 'TAG', imageName: 'shop' }, { name: 'db' }],
      },
    });
  });

  it.each(['', '# nothing\n', 'services: {}\n', 'name: shop\n'])('%j has none', (text) => {
    expect(readServices('compose.yaml', text)).toMatchObject({ value: { services: [] } });
  });

  it.each([
    'services: [\n',
    'services: [api]\n',
    'services: api\n',
    'a: *gone\n',
    '- a\n---\n- b\n',
  ])('%j cannot be read', (text) => {
    const read = readServices('compose.yaml', text);
    expect(read).toMatchObject({ ok: false });
    expect(read.ok ? '' : read.problem.message).toMatch(/^compose\.yaml cannot be read, so /);
  });
});
