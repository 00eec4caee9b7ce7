/** A kubeconfig. It is YAML by its name, and JSON is YAML. */
export function kubeconfig(of: {
  readonly url: string;
  readonly ca: string;
  readonly user: string;
  readonly token: string;
  readonly namespace?: string;
}): string {
  const context = {
    cluster: 'test',
    user: of.user,
    ...(of.namespace === undefined ? {} : { namespace: of.namespace }),
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'test',
        cluster: {
          server: of.url,
          'certificate-authority-data': Buffer.from(of.ca).toString('base64'),
        },
      },
    ],
    users: [{ name: of.user, user: { token: of.token } }],
    contexts: [{ name: 'test', context }],
    'current-context': 'test',
  });
}
