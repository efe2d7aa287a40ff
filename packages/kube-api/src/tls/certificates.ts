import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';
import { isIP } from 'node:net';

type WebCrypto = Parameters<typeof cryptoProvider.set>[0];
type KeyPair = webcrypto.CryptoKeyPair;

cryptoProvider.set(webcrypto as unknown as WebCrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const validDays = 365;

export interface KeyPairPem {
  readonly cert: string;
  readonly key: string;
}

/** An authority of one cluster, which vouches for its server and its users. */
export interface Authority {
  readonly caPem: string;
  /** A certificate of the server for these names and addresses. */
  server(hosts: readonly string[]): Promise<KeyPairPem>;
  /** A certificate of a user; groups are Kubernetes groups. */
  client(user: string, groups: readonly string[]): Promise<KeyPairPem>;
}

export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await generateKeys();
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const issue = async (
    name: { [key: string]: string[] }[],
    usage: ExtendedKeyUsage,
    hosts: readonly string[],
  ): Promise<KeyPairPem> => {
    const leafKeys = await generateKeys();
    const leaf = await X509CertificateGenerator.create({
      subject: name,
      issuer: ca.subject,
      publicKey: leafKeys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
        new ExtendedKeyUsageExtension([usage]),
        ...(hosts.length > 0 ? [new SubjectAlternativeNameExtension(hosts.map(alternativeName))] : []),
      ],
    });
    return { cert: pemOf(leaf), key: await keyPem(leafKeys.privateKey) };
  };
  return {
    caPem: pemOf(ca),
    server: (hosts) => issue([{ CN: ['kube-apiserver'] }], ExtendedKeyUsage.serverAuth, hosts),
    client: (user, groups) =>
      issue([...groups.map((group) => ({ O: [group] })), { CN: [user] }], ExtendedKeyUsage.clientAuth, []),
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
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as KeyPair;
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`;
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
