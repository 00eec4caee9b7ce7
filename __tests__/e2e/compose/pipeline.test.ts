import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Workplace, type Ended } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';

const script = resolve('templates/shell/rollback-compose.sh');
const file = `
name: pipeline
services:
  api:
    image: \${API_IMAGE:?}
    command: [api]
  db:
    image: shop/api:v1
    command: [db]
`;

/** The script that the rollback pipelines for Compose hold, against an engine. */
describeWith('the rollback pipelines and an engine', lacking(), () => {
  const engine = new Engine();
  let place: Workplace;

  beforeAll(async () => {
    await engine.start();
    await buildImage(engine, 'shop/api:v1', { healthcheck: true });
    await buildImage(engine, 'shop/api:v2', { mode: 'bad', healthcheck: true });
    await buildImage(engine, 'shop/api:v0', { mode: 'exits', healthcheck: true });
  });
  beforeEach(async () => {
    place = new Workplace();
    place.write('compose.yml', file);
    // Nobody waits for it: the bad version never becomes healthy.
    const up = await place.launch('docker', ['compose', 'up', '--detach', '--pull', 'never'], {
      ...engine.env,
      API_IMAGE: 'shop/api:v2',
    }).ended;
    expect(up).toMatchObject({ code: 0 });
  });
  afterEach(async () => {
    await place.launch('docker', ['compose', 'down', '--volumes', '--timeout', '0'], {
      ...engine.env,
      API_IMAGE: 'shop/api:v2',
    }).ended;
    place.remove();
  });
  afterAll(() => engine.stop());

  const rollback = (sent: Readonly<Record<string, string>>): Promise<Ended> =>
    place.launch('sh', [script], {
      ...engine.env,
      ...{ ROLLBACK: 'true', SERVICE: 'api', IMAGE_VARIABLE: 'API_IMAGE' },
      ...{ IMAGE_NAME: 'shop/api', ...sent },
    }).ended;
  const seen = async (name: string, what: string): Promise<string> =>
    (await engine.outputOf(['inspect', '--format', `{{${what}}}`, `pipeline-${name}-1`])).trim();

  it.each([{ ROLLBACK_IMAGE: 'shop/api:v1' }, { ROLLBACK_REVISION: 'v1' }])(
    'rolls back to the image, and leaves other services alone: %j',
    async (sent) => {
      const other = await seen('db', '.Id');
      const { code, output } = await rollback(sent);
      expect({ code, output }).toEqual({ code: 0, output });
      expect(output).toContain('api runs shop/api:v1');
      expect(await seen('api', '.Config.Image')).toBe('shop/api:v1');
      expect(await seen('api', '.State.Health.Status')).toBe('healthy');
      expect(await seen('db', '.Id')).toBe(other);
    },
  );

  it('an image that cannot be found: exit 2, nothing is changed', async () => {
    const before = await seen('api', '.Id');
    const { code, output } = await rollback({ ROLLBACK_IMAGE: '127.0.0.1:1/shop/api:v7' });
    expect(code).toBe(2);
    expect(output).toContain('cannot find image 127.0.0.1:1/shop/api:v7. Nothing was touched.');
    expect(await seen('api', '.Id')).toBe(before);
  });

  it('an old version that does not become healthy: exit 1', async () => {
    const { code, output } = await rollback({ ROLLBACK_IMAGE: 'shop/api:v0' });
    expect(code).toBe(1);
    expect(output).toContain('api did not become healthy');
  });
});
