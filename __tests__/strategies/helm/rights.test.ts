import { describe, expect, it } from '@jest/globals';
import { digestOf, objectsIn, releasedOf } from '../../../src/strategies/helm/rights.js';
import { manifestOf } from '../../support/stand-in-helm.js';

describe('the manifest of a revision', () => {
  it('gives its workloads and their images', () => {
    const others = `---
apiVersion: apps/v1
kind: "StatefulSet"
metadata: { name: db }
spec: { template: { spec: { containers: [{ image: db:1 }, { image: 'exporter:2' }, {}] } } }
--- # another one
kind: DaemonSet
metadata:
  name: agent
---
{"kind": "Deployment", "metadata": {"name": "json"}}
---
kind: HorizontalPodAutoscaler
metadata: { name: hpa }
spec:
  scaleTargetRef:
    kind: Deployment
---
kind: Deployment
metadata: {}
---
kind: Deployment
  bad: [yaml
`;
    expect(objectsIn(manifestOf('v1') + others).map(releasedOf)).toEqual([
      { name: 'deployment/api', images: ['registry.test/api:v1'] },
      { name: 'statefulset/db', images: ['db:1', 'exporter:2'] },
      { name: 'daemonset/agent', images: [] },
      { name: 'deployment/json', images: [] },
    ]);
  });

  it('has the same digest when its content is the same', () => {
    expect(digestOf(`${manifestOf('v1')}\n`)).toBe(digestOf(manifestOf('v1')));
    expect(digestOf(manifestOf('v1'))).not.toBe(digestOf(manifestOf('v2')));
  });
});
