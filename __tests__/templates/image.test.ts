import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const instructions = dockerfile
  .replace(/^#.*\n/gm, '')
  .replaceAll('\\\n', '')
  .split('\n')
  .filter((line) => line !== '');

describe('the release image', () => {
  it('has no default for its base images', () => {
    const arguments_ = instructions.filter((line) => line.startsWith('ARG '));
    expect(arguments_.filter((line) => line.includes('='))).toEqual([]);
    const bases = instructions.filter((line) => line.startsWith('FROM ')).join('\n');
    expect(bases).toContain('${GO_IMAGE} AS tools');
    expect(bases).toMatch(/^FROM \$\{NODE_IMAGE\}$/m);
  });

  it('gets programs only by go.sum and from Debian', () => {
    expect(dockerfile).not.toMatch(/\b(curl|wget|ADD|npm|npx|pip)\b/);
  });

  it('does not run as root, and has no entry point', () => {
    expect(instructions.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
    expect(instructions.at(-1)).toMatch(/^CMD /);
    expect(dockerfile).not.toContain('\nENTRYPOINT');
  });

  it('is built from only the files that it needs', () => {
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

  it('builds each program from a version in a go.mod', () => {
    const script = readFileSync('image/build.sh', 'utf8');
    const built = [...script.matchAll(/^build "\$\w+" (\S+)/gm)].map(([, name]) => name);
    const copied = [...dockerfile.matchAll(/\/out\/(\S+)/g)].map(([, name]) => name);
    expect(built.sort()).toEqual(copied.sort());
    expect(built).toHaveLength(4);
  });
});

describe('the release workflow', () => {
  const workflow = readFileSync('.github/workflows/release.yml', 'utf8');

  it('tags after the package and the image are published', () => {
    expect(workflow).toMatch(/\n {2}tags:\n {4}needs: \[check, npm, image\]\n/);
  });

  it('builds the image only on base images with a digest', () => {
    expect(workflow).toContain('*@sha256:*) ;;');
  });

  it('publishes the package with provenance, and without a token', () => {
    expect(workflow).toContain('npm publish --provenance --access public --ignore-scripts');
    expect(workflow).not.toContain('NODE_AUTH_TOKEN');
  });
});
