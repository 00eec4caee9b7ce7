import { describe, expect, it } from '@jest/globals';
import { readServices } from '../../../src/commands/init/compose-services.js';

describe('the services of a Compose file', () => {
  it.each(['image: ${API_IMAGE}', 'image: shop/api:${TAG:-latest}', 'build: .'])(
    'by its name, whatever it is made of: %s',
    (line) => {
      expect(readServices('compose.yaml', `services:\n  api:\n    ${line}\n`)).toEqual({
        ok: true,
        value: { path: 'compose.yaml', services: ['api'] },
      });
    },
  );

  it('in the order of the file, with anchors, merges and the tags of Compose', () => {
    const text =
      'x-all: &all { image: "shop:${TAG}" }\nservices:\n  web: { <<: *all, ports: !reset [] }\n  db:\n';
    expect(readServices('compose.yaml', text)).toEqual({
      ok: true,
      value: { path: 'compose.yaml', services: ['web', 'db'] },
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
