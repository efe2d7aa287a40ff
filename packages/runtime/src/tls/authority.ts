import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type * as x509 from '@peculiar/x509';

type X509 = typeof x509;
type WebCrypto = Parameters<X509['cryptoProvider']['set']>[0];
type KeyPair = webcrypto.CryptoKeyPair;

/** Loaded only when a certificate has to be made: it takes a third of a second. */
async function loadX509(): Promise<X509> {
  await import('reflect-metadata');
  const loaded = await import('@peculiar/x509');
  loaded.cryptoProvider.set(webcrypto as unknown as WebCrypto);
  return loaded;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const validDays = 365;

export interface KeyPairPem {
  readonly cert: string;
  readonly key: string;
}

/** An authority made for one cluster or one process, which vouches for servers and clients. */
export interface Authority {
  readonly caPem: string;
  /** A certificate of a server with these names and addresses. */
  server(commonName: string, hosts: readonly string[]): Promise<KeyPairPem>;
  /** A certificate of a user; groups are Kubernetes groups. */
  client(user: string, groups: readonly string[]): Promise<KeyPairPem>;
}

/** Makes an authority with a key of its own; the key never leaves this process. */
export async function createAuthority(commonName: string): Promise<Authority> {
  const x = await loadX509();
  const keys = await generateKeys();
  const ca = await x.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new x.BasicConstraintsExtension(true, undefined, true),
      new x.KeyUsagesExtension(x.KeyUsageFlags.keyCertSign | x.KeyUsageFlags.cRLSign, true),
    ],
  });
  const issue = async (
    name: { [key: string]: string[] }[],
    usage: x509.ExtendedKeyUsage,
    hosts: readonly string[],
  ): Promise<KeyPairPem> => {
    const leafKeys = await generateKeys();
    const leaf = await x.X509CertificateGenerator.create({
      subject: name,
      issuer: ca.subject,
      publicKey: leafKeys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      ...validity(),
      extensions: [
        new x.BasicConstraintsExtension(false, undefined, true),
        new x.KeyUsagesExtension(x.KeyUsageFlags.digitalSignature | x.KeyUsageFlags.keyEncipherment, true),
        new x.ExtendedKeyUsageExtension([usage]),
        ...(hosts.length > 0 ? [new x.SubjectAlternativeNameExtension(hosts.map(alternativeName))] : []),
      ],
    });
    return { cert: pemOf(leaf), key: await keyPem(x, leafKeys.privateKey) };
  };
  return {
    caPem: pemOf(ca),
    server: (name, hosts) => issue([{ CN: [name] }], x.ExtendedKeyUsage.serverAuth, hosts),
    client: (user, groups) =>
      issue([...groups.map((group) => ({ O: [group] })), { CN: [user] }], x.ExtendedKeyUsage.clientAuth, []),
  };
}

function validity(): { notBefore: Date; notAfter: Date } {
  // A little in the past, so that a clock which is a bit behind accepts it.
  const now = Date.now();
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + validDays * 86_400_000) };
}

function alternativeName(host: string): { type: 'ip' | 'dns'; value: string } {
  return { type: isIP(host) === 0 ? 'dns' : 'ip', value: host };
}

async function generateKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function keyPem(x: X509, key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`;
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
