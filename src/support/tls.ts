import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls, { type SecureContext } from 'node:tls';
import { messageOf, UsageError } from './errors.js';

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * What TLS connections trust when the user adds certificate authorities of their own: all that Node trusts by itself, and the
 * ones in `caPem`. It is made once and shared, because reading some 150 roots takes longer than a handshake.
 *
 * @param extraCaFile the file that NODE_EXTRA_CA_CERTS names, if it does.
 * @throws UsageError naming `ca-file`, when there is no certificate in the text or one that cannot be read.
 */
export function trustAlso(caPem: string, extraCaFile?: string): SecureContext {
  const added = blocksOf(caPem);
  if (added.length === 0) {
    throw unusable(
      'holds no certificate',
      'give a PEM file with at least one "-----BEGIN CERTIFICATE-----" block',
    );
  }
  added.forEach((pem, index) => {
    try {
      new X509Certificate(pem);
    } catch (error) {
      throw unusable(
        `certificate ${String(index + 1)} cannot be read: ${messageOf(error)}`,
        'export the certificate again, in PEM form',
      );
    }
  });
  return tls.createSecureContext({ ca: [...trustedByNode(extraCaFile), ...added] });
}

/**
 * The option `ca` replaces what Node trusts, so that has to be listed with it. Since Node 22.15 `tls.getCACertificates`
 * knows it all (NODE_EXTRA_CA_CERTS, `--use-system-ca`); before, there are the roots that come with Node, and the
 * extra file must be read again.
 */
function trustedByNode(extraCaFile: string | undefined): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  return getCACertificates === undefined
    ? [...tls.rootCertificates, ...extraCertificates(extraCaFile)]
    : getCACertificates('default');
}

/** Node ignores an extra file that it cannot read, with a warning of its own; so do we. */
function extraCertificates(file: string | undefined): readonly string[] {
  if (file === undefined || file === '') return [];
  try {
    return blocksOf(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

function blocksOf(pem: string): readonly string[] {
  return pem.match(PEM_BLOCK) ?? [];
}

function unusable(message: string, fix: string): UsageError {
  return new UsageError([{ subject: 'ca-file', message, fix }]);
}
