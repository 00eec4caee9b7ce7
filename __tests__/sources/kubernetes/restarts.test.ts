import { describe, expect, it } from '@jest/globals';
import { judgeRestarts, RestartLedger } from '../../../src/sources/kubernetes/restarts.js';
import { asPod, type Pod } from '../../../src/support/kubernetes/pods.js';
import { asWorkload } from '../../../src/support/kubernetes/workload.js';

interface Given {
  readonly name?: string;
  readonly restarts?: number;
  readonly ready?: boolean;
  /** It is an init container, with this restart policy. */
  readonly init?: string;
}

const workload = asWorkload({
  kind: 'Deployment',
  metadata: { name: 'api' },
  spec: {
    template: {
      spec: { containers: [{ name: 'app' }, { name: 'istio-proxy' }], initContainers: [] },
    },
  },
})!;

function podOf(name: string, containers: readonly Given[]): Pod {
  const status = ({ name: of = 'app', restarts = 0, ready = true }: Given): object => ({
    ...{ name: of, ready, restartCount: restarts, state: { running: {} } },
  });
  return asPod({
    metadata: { name },
    spec: {
      initContainers: containers
        .filter(({ init }) => init !== undefined)
        .map(({ name: of, init }) => ({ name: of, restartPolicy: init })),
    },
    status: {
      initContainerStatuses: containers.filter(({ init }) => init !== undefined).map(status),
      containerStatuses: containers.filter(({ init }) => init === undefined).map(status),
    },
  })!;
}

/** So many pods, of which the first ones have these containers. */
function judged(of: number, ...first: readonly (readonly Given[])[]): [number, number] {
  const pods = [...Array(of).keys()].map((n) => podOf(`p${String(n)}`, first[n] ?? [{}]));
  const ledger = new RestartLedger();
  ledger.since([]);
  const { failing, once } = judgeRestarts(workload, pods, ledger.since(pods));
  return [failing.size, once.length];
}

describe('restarts since the watch began', () => {
  const once: readonly Given[] = [{ restarts: 1 }];
  const proxy: readonly Given[] = [{}, { name: 'istio-proxy', restarts: 1 }];
  const injected: readonly Given[] = [{}, { name: 'agent', restarts: 1 }];
  const native: readonly Given[] = [{}, { name: 'logs', restarts: 1, init: 'Always' }];

  it.each<[string, number, readonly (readonly Given[])[], [failing: number, noted: number]]>([
    ['none', 3, [], [0, 0]],
    ['one pod of six, once', 6, [once], [0, 1]],
    ['one pod of five, once', 5, [once], [1, 0]],
    ['the only pod, once', 1, [once], [1, 0]],
    ['one pod of fifty, twice', 50, [[{ restarts: 2 }]], [1, 0]],
    ['one pod of fifty, once, and it is not ready', 50, [[{ restarts: 1, ready: false }]], [1, 0]],
    [
      'one pod of fifty, once, and another container of it is not ready',
      50,
      [[{ restarts: 1 }, { name: 'b', ready: false }]],
      [1, 0],
    ],
    [
      'two containers of one pod of ten, once each',
      10,
      [[...once, { name: 'istio-proxy', restarts: 1 }]],
      [0, 2],
    ],
    ['one pod once and one pod again and again, of ten', 10, [once, [{ restarts: 3 }]], [1, 1]],
    ['a proxy of the only pod, once', 1, [proxy], [0, 1]],
    ['a proxy of one pod of two, once', 2, [proxy], [0, 1]],
    ['a proxy of both pods, once', 2, [proxy, proxy], [2, 0]],
    ['a proxy of one pod, twice', 3, [[{}, { name: 'istio-proxy', restarts: 2 }]], [1, 0]],
    ['an injected container of one pod of two, once', 2, [injected], [0, 1]],
    ['a sidecar by its restart policy of one pod of two, once', 2, [native], [0, 1]],
    [
      'an init container of the template, of one pod of two, once',
      2,
      [[{}, { name: 'app', restarts: 1, init: 'OnFailure' }]],
      [1, 0],
    ],
  ])('%s', (_, pods, first, expected) => {
    expect(judged(pods, ...first)).toEqual(expected);
  });
});
