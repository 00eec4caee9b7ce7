import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const instructions = dockerfile
  .replace(/^#.*\n/gm, '')
  .replaceAll('\\\n', '')
  .split('\n')
  .filter((line) => line !== '');

describe('the release image', () => {
  it('is built from nothing that has a default, so that both images must be given', () => {
    const arguments_ = instructions.filter((line) => line.startsWith('ARG '));
    expect(arguments_.filter((line) => line.includes('='))).toEqual([]);
    const bases = instructions.filter((line) => line.startsWith('FROM ')).join('\n');
    expect(bases).toContain('${GO_IMAGE} AS tools');
    expect(bases).toMatch(/^FROM \$\{NODE_IMAGE\}$/m);
  });

  it('fetches no program but by go.sum and from Debian', () => {
    expect(dockerfile).not.toMatch(/\b(curl|wget|ADD|npm|npx|pip)\b/);
  });

  it('does not run as root, and leaves the shell to the CI system', () => {
    expect(instructions.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
    expect(instructions.at(-1)).toMatch(/^CMD /);
    expect(dockerfile).not.toContain('\nENTRYPOINT');
  });

  it('is given nothing but what it needs', () => {
    const kept = readFileSync('.dockerignore', 'utf8').trim().split('\n');
    expect(kept[0]).toBe('*');
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .map((line) => line.replace(/^COPY (--\S+ )?/, '').split(' ')[0]);
    expect(
      kept
        .slice(1)
        .map((line) => line.slice(1))
        .sort(),
    ).toEqual(copied.sort());
  });

  it('has a build of each program, whose versions stand in a go.mod', () => {
    const script = readFileSync('image/build.sh', 'utf8');
    const built = [...script.matchAll(/^build "\$\w+" (\S+)/gm)].map(([, name]) => name);
    const copied = [...dockerfile.matchAll(/\/out\/(\S+)/g)].map(([, name]) => name);
    expect(built.sort()).toEqual(copied.sort());
    expect(built).toHaveLength(4);
  });
});

describe('the release', () => {
  const workflow = readFileSync('.github/workflows/release.yml', 'utf8');

  it('tags when the package and the image are there, and not before', () => {
    expect(workflow).toMatch(/\n {2}tags:\n {4}needs: \[check, npm, image\]\n/);
  });

  it('builds the image only from images with a digest', () => {
    expect(workflow).toContain('*@sha256:*) ;;');
  });

  it('publishes the package with its provenance, and without a token', () => {
    expect(workflow).toContain('npm publish --provenance --access public --ignore-scripts');
    expect(workflow).not.toContain('NODE_AUTH_TOKEN');
  });
});
