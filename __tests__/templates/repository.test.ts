import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

/** Every file and link below the folder, by its path from the root. */
function below(folder: string): { readonly path: string; readonly isLink: boolean }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isLink: entry.isSymbolicLink() }));
}

describe('templates/', () => {
  it('has no symbolic link, which Jenkins would refuse', () => {
    expect(below('templates').filter(({ isLink }) => isLink)).toEqual([]);
  });

  it('has one file that GitLab publishes as a component', () => {
    // gitlabhq, app/models/ci/catalog/components_project.rb
    const component = /^templates\/[\w-]+(?:\/template)?\.yml$/;
    const paths = below('templates').map(({ path }) => path.replaceAll('\\', '/'));
    expect(paths.filter((path) => component.test(path))).toEqual([
      'templates/rollgate/template.yml',
    ]);
  });
});

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
}

interface Job {
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = readdirSync('.github/workflows').map((name) => {
  const text = readFileSync(join('.github/workflows', name), 'utf8');
  return { name, text, workflow: parse(text) as Workflow };
});

describe.each(workflows)('.github/workflows/$name', ({ text, workflow }) => {
  const jobs = Object.values(workflow.jobs);
  const isCalled =
    typeof workflow.on === 'object' && workflow.on !== null && 'workflow_call' in workflow.on;

  it('has no expression inside a script', () => {
    const scripts = jobs.flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run));
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });

  it('pins every foreign action by its commit, with the version', () => {
    const used = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, uses = '']) => uses);
    const foreign = used.filter((uses) => !uses.startsWith('./'));
    const pinned = /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    expect(foreign.filter((uses) => !pinned.test(uses))).toEqual([]);
  });

  it('grants permissions job by job', () => {
    if (isCalled) {
      // They are the caller's; its own would refuse callers that give less.
      expect(workflow.permissions).toBeUndefined();
      return;
    }
    expect(workflow.permissions).toEqual({});
    for (const { permissions } of jobs) expect(permissions).toBeDefined();
  });

  it('does not persist the token in the checkout', () => {
    const checkouts = text.split('actions/checkout@').length - 1;
    expect(text.split('persist-credentials: false').length - 1).toBe(checkouts);
  });

  it('has no trigger that outsiders control', () => {
    const events =
      typeof workflow.on === 'string' ? [workflow.on] : Object.keys(workflow.on as object);
    expect(events).not.toContain('pull_request_target');
    expect(events).not.toContain('workflow_run');
    expect(events).not.toContain('issue_comment');
  });
});
