import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificates } from '../../support/servers.js';
import { Account, type Rule } from './account.js';
import { Api } from './api.js';
import { oldKubectl, pathOf } from './binaries.js';
import { Keeper } from './keeper.js';
import { kubeconfig } from './kubeconfig.js';
import { pathOfKind, type KubernetesObject, type Pod, type Workload } from './objects.js';
import { freePorts } from './ports.js';
import { isRolledOut } from './rollout.js';
import { kwokConfiguration } from './stages.js';

const HOST = '127.0.0.1';
const NODES = ['node-1', 'node-2'];
const CONTROLLERS = ['kube-controller-manager', 'kube-scheduler', 'kwok'];

type Ports = Readonly<Record<'etcd' | 'etcdPeer' | 'api' | 'kwok', number>>;

async function choosePorts(): Promise<Ports> {
  const [etcd, etcdPeer, api, kwok] = await freePorts(4);
  return { etcd: etcd!, etcdPeer: etcdPeer!, api: api!, kwok: kwok! };
}

export interface Kubectl {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlOptions {
  readonly input?: string;
  readonly version?: 'current' | '1.20';
  /** Another kubeconfig than the administrator's. */
  readonly kubeconfig?: string;
}

/**
 * A real control plane: etcd, API server, controllers and scheduler. Only the two nodes are simulated: kwok plays them, by
 * the rules of stages.ts. Everything listens on loopback, lives in a temporary folder, and goes with this process.
 */
export class ControlPlane {
  /** Of the administrator. */
  readonly kubeconfig: string;
  readonly api: Api;

  private constructor(
    private readonly folder: string,
    private readonly keeper: Keeper,
    private readonly ca: string,
    private readonly ports: Ports,
  ) {
    const token = randomUUID();
    this.write('tokens.csv', `${token},admin,admin,"system:masters"\n`);
    const url = `https://${HOST}:${String(ports.api)}`;
    this.api = new Api(url, ca, token);
    this.kubeconfig = this.write('admin.json', kubeconfig({ url, ca, token, user: 'admin' }));
  }

  /** @throws with the last words of the component that did not start. */
  static async start(): Promise<ControlPlane> {
    const folder = mkdtempSync(join(tmpdir(), 'rollgate-kubernetes-'));
    const keeper = new Keeper(folder);
    try {
      const identity = await certificates();
      const plane = new ControlPlane(folder, keeper, identity.ca, await choosePorts());
      plane.write('ca.crt', identity.ca);
      plane.write('tls.crt', identity.cert);
      plane.write('tls.key', identity.key);
      const pair = generateKeyPairSync('ec', {
        namedCurve: 'P-256',
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      });
      plane.write('accounts.key', pair.privateKey);
      plane.write('accounts.pub', pair.publicKey);
      plane.setLogs('');
      plane.startEtcd();
      await plane.startApiServer();
      await plane.ready();
      return plane;
    } catch (error) {
      await keeper.close();
      throw error;
    }
  }

  /** Ends every process and removes the folder. */
  async stop(): Promise<void> {
    this.api.close();
    await this.keeper.close();
  }

  /**
   * At once, as when its machine dies: requests in flight are cut off. The controllers are on that machine too. If they were
   * not, each would wait longer after every loss of the server, up to half a minute (client-go, tools/cache/reflector.go).
   */
  async stopApiServer(): Promise<void> {
    await this.keeper.kill('kube-apiserver');
    await Promise.all(CONTROLLERS.map((name) => this.keeper.kill(name)));
  }

  /** On the same port and with the same data as before. Resolves when it is ready. */
  async startApiServer(): Promise<void> {
    const { etcd, api } = this.ports;
    this.keeper.start('kube-apiserver', pathOf('kube-apiserver'), [
      `--etcd-servers=http://${HOST}:${String(etcd)}`,
      `--bind-address=${HOST}`,
      `--secure-port=${String(api)}`,
      `--advertise-address=${HOST}`,
      `--tls-cert-file=${this.path('tls.crt')}`,
      `--tls-private-key-file=${this.path('tls.key')}`,
      `--token-auth-file=${this.path('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${this.path('accounts.key')}`,
      `--service-account-key-file=${this.path('accounts.pub')}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      // It would publish its own address, and refuses to when that is loopback.
      '--endpoint-reconciler-type=none',
      // It taints new nodes until the controller that watches nodes has seen them; see below.
      '--disable-admission-plugins=TaintNodesByCondition',
      '--profiling=false',
    ]);
    await this.keeper.ready('kube-apiserver', () => isAnswering(this.api, '/readyz'));
    this.startControllers();
  }

  /**
   * One more controller, which reaches the cluster by `KUBECONFIG` as its administrator. It goes with the control plane, and every
   * wait fails when it ends by itself. Resolves when it is ready.
   *
   * @param kinds a folder with the definitions of the kinds that it knows
   */
  async startController(
    { name, program, kinds }: { name: string; program: string; kinds: string },
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    isReady: () => Promise<boolean>,
  ): Promise<void> {
    await this.learn(kinds);
    this.keeper.start(name, program, args, { KUBECONFIG: this.kubeconfig, ...env });
    await this.keeper.ready(name, isReady);
  }

  /** Resolves when the API server serves the kinds that are defined in this folder. */
  async learn(kinds: string): Promise<void> {
    // The definitions are too long for the annotation in which a client keeps what it applied.
    await this.mustKubectl(['apply', '--server-side', '-f', kinds]);
    // kubectl fails, and does not wait, while a new definition has no conditions yet.
    const wait = ['wait', '--for=condition=Established', '--timeout=10s', '-f', kinds];
    await this.until('kinds to be established', async () => (await this.kubectl(wait)).code === 0);
  }

  /** A folder of this name that goes with the control plane. */
  subfolder(name: string): string {
    mkdirSync(this.path(name), { recursive: true });
    return this.path(name);
  }

  /** What every container has printed, for `kubectl logs`. */
  setLogs(text: string): void {
    // The format of a container runtime's log file, which the kubelet reads.
    const lines = text === '' ? [] : text.split('\n');
    const at = new Date().toISOString();
    this.write('containers.log', lines.map((line) => `${at} stdout F ${line}\n`).join(''));
  }

  /** What a component has printed: `kube-apiserver`, `etcd`, ... */
  componentLog(name: string): string {
    return this.keeper.log(name);
  }

  kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<Kubectl> {
    const program = pathOf(options.version === '1.20' ? oldKubectl : 'kubectl');
    const env = { KUBECONFIG: options.kubeconfig ?? this.kubeconfig, HOME: this.folder };
    return new Promise((resolve) => {
      const child = execFile(
        program,
        args,
        { env, maxBuffer: 1 << 26 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.end(options.input ?? '');
    });
  }

  /** As `kubectl`, and it must succeed. Gives its standard output. */
  async mustKubectl(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(args, options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed: ${stderr || stdout}`);
    return stdout;
  }

  /** A namespace of a name of its own, in which pods can be made. */
  async namespace(): Promise<string> {
    const name = `test-${randomUUID().slice(0, 8)}`;
    await this.api.must('POST', pathOfKind('Namespace', undefined), { metadata: { name } });
    await this.accountIn(name);
    return name;
  }

  /** `kubectl apply` in the namespace, as a deploy job does it. */
  async apply(namespace: string, ...objects: readonly object[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await this.mustKubectl(['apply', '-n', namespace, '-f', '-'], { input: JSON.stringify(list) });
  }

  /** @throws when there is none. */
  async get<T extends KubernetesObject = Workload>(
    kind: string,
    name: string,
    namespace?: string,
  ): Promise<T> {
    return (await this.api.must('GET', pathOfKind(kind, namespace, name))) as T;
  }

  async list<T extends KubernetesObject = Workload>(
    kind: string,
    namespace: string,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<readonly T[]> {
    const selector = Object.entries(labels).map((pair) => pair.join('='));
    const query = `?labelSelector=${encodeURIComponent(selector.join(','))}`;
    const body = await this.api.must('GET', pathOfKind(kind, namespace) + query);
    return (body as { items: readonly T[] }).items;
  }

  /** The pods that carry `app=<name>`, as those of our manifests do; not those that are going. */
  async pods(name: string, namespace: string): Promise<readonly Pod[]> {
    const pods = await this.list<Pod>('Pod', namespace, { app: name });
    return pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  }

  /** A merge patch. */
  async patch(kind: string, name: string, namespace: string, patch: object): Promise<void> {
    const path = pathOfKind(kind, namespace, name);
    await this.api.must('PATCH', path, patch, 'application/merge-patch+json');
  }

  async delete(kind: string, name: string, namespace: string): Promise<void> {
    await this.api.must('DELETE', pathOfKind(kind, namespace, name));
  }

  /** As an autoscaler does it: through the subresource, which leaves the rest of the object alone. */
  async scale(kind: string, name: string, namespace: string, replicas: number): Promise<void> {
    const path = `${pathOfKind(kind, namespace, name)}/scale`;
    await this.api.must('PATCH', path, { spec: { replicas } }, 'application/merge-patch+json');
  }

  /** Resolves when the newest template runs in all replicas and in nothing else, and all are available. */
  async rolledOut(kind: string, name: string, namespace: string): Promise<Workload> {
    let live: Workload | undefined;
    await this.until(`${kind} ${name} to be rolled out`, async () => {
      live = await this.get(kind, name, namespace);
      return isRolledOut(live);
    });
    return live!;
  }

  /** Resolves when the condition holds; rejects when a component ends, or never holds it. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return this.keeper.until(what, condition);
  }

  /** Somebody who may do just this, in just this namespace. */
  account(namespace: string, rules: readonly Rule[]): Promise<Account> {
    return Account.create(this.api, namespace, rules, (name, token) =>
      this.write(
        `${name}.json`,
        kubeconfig({ url: this.api.url, ca: this.ca, token, user: name, namespace }),
      ),
    );
  }

  /** The kubeconfig of a new account with just these rights. */
  async kubeconfigFor(namespace: string, rules: readonly Rule[]): Promise<string> {
    return (await this.account(namespace, rules)).kubeconfig;
  }

  private startEtcd(): void {
    const client = `http://${HOST}:${String(this.ports.etcd)}`;
    const peer = `http://${HOST}:${String(this.ports.etcdPeer)}`;
    this.keeper.start('etcd', pathOf('etcd'), [
      `--data-dir=${this.path('etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ]);
  }

  private startControllers(): void {
    this.keeper.start('kube-controller-manager', pathOf('kube-controller-manager'), [
      `--kubeconfig=${this.kubeconfig}`,
      '--leader-elect=false',
      '--secure-port=0',
      // While the API server is away the nodes cannot renew their leases: they would be taken for dead.
      '--controllers=*,-node-lifecycle-controller',
      '--horizontal-pod-autoscaler-sync-period=2s',
      `--service-account-private-key-file=${this.path('accounts.key')}`,
      `--root-ca-file=${this.path('ca.crt')}`,
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ]);
    this.keeper.start('kube-scheduler', pathOf('kube-scheduler'), [
      `--kubeconfig=${this.kubeconfig}`,
      '--leader-elect=false',
      '--secure-port=0',
    ]);
    this.keeper.start('kwok', pathOf('kwok'), [
      `--kubeconfig=${this.kubeconfig}`,
      `--config=${this.write('kwok.yaml', kwokConfiguration(this.path('containers.log')))}`,
      '--manage-all-nodes=true',
      '--cidr=10.244.0.1/16',
      '--node-lease-duration-seconds=0',
      `--server-address=${this.kwokAddress}`,
      `--tls-cert-file=${this.path('tls.crt')}`,
      `--tls-private-key-file=${this.path('tls.key')}`,
    ]);
  }

  private get kwokAddress(): string {
    return `${HOST}:${String(this.ports.kwok)}`;
  }

  /** Makes the nodes, and resolves when pods can be made. */
  private async ready(): Promise<void> {
    for (const name of NODES)
      await this.api.must('POST', pathOfKind('Node', undefined), node(name, this.ports.kwok));
    const kwok = new Api(`https://${this.kwokAddress}`, this.ca, '');
    await this.keeper.ready('kwok', () => isAnswering(kwok, '/healthz'));
    kwok.close();
    await this.keeper.ready('kube-controller-manager', async () => {
      await this.accountIn('default');
      return true;
    });
  }

  /** Resolves when the controllers have made the namespace's account: without it no pod can be made there. */
  private async accountIn(namespace: string): Promise<void> {
    const path = pathOfKind('ServiceAccount', namespace, 'default');
    await this.until(
      `the default account of ${namespace}`,
      async () => (await this.api.ask('GET', path)).status === 200,
    );
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private write(name: string, text: string): string {
    writeFileSync(this.path(name), text, { mode: 0o600 });
    return this.path(name);
  }
}

async function isAnswering(api: Api, path: string): Promise<boolean> {
  try {
    return (await api.ask('GET', path)).status === 200;
  } catch {
    return false;
  }
}

function node(name: string, port: number): object {
  const resources = { cpu: '64', memory: '256Gi', pods: '1000' };
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    status: {
      capacity: resources,
      allocatable: resources,
      addresses: [{ type: 'InternalIP', address: HOST }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    },
  };
}
