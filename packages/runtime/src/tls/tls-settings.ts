import { getCiphers } from 'node:tls';
import type { TlsSettings } from '../http/http-server.js';
import { suggestion } from '../config/nearest.js';

/** Suites of TLS 1.2 by their names in the IANA registry, which Kubernetes' configurations use, and OpenSSL's. */
const suites: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: 'ECDHE-ECDSA-AES128-SHA256',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: 'ECDHE-RSA-AES128-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_RSA_WITH_AES_128_GCM_SHA256: 'AES128-GCM-SHA256',
  TLS_RSA_WITH_AES_256_GCM_SHA384: 'AES256-GCM-SHA384',
  TLS_RSA_WITH_AES_128_CBC_SHA: 'AES128-SHA',
  TLS_RSA_WITH_AES_256_CBC_SHA: 'AES256-SHA',
};

/** Of TLS 1.3: all are always on, as in Go's servers. */
const suitesOf13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

const versions: Readonly<Record<string, TlsSettings['minVersion']>> = {
  '': undefined,
  VersionTLS12: 'TLSv1.2',
  VersionTLS13: 'TLSv1.3',
};

/** The settings, or what is wrong with the text of one. */
export type ParsedTlsSettings =
  | { readonly ok: true; readonly settings: TlsSettings }
  | { readonly ok: false; readonly key: 'tlsCipherSuites' | 'tlsMinVersion'; readonly problem: string };

/**
 * Reads `tlsCipherSuites` (names between commas; empty: a good choice) and `tlsMinVersion` (`VersionTLS12`, which is the
 * least, or `VersionTLS13`) of a configuration file.
 */
export function tlsSettings(texts: {
  readonly tlsCipherSuites: string;
  readonly tlsMinVersion: string;
}): ParsedTlsSettings {
  const { tlsCipherSuites, tlsMinVersion } = texts;
  if (!Object.hasOwn(versions, tlsMinVersion)) {
    const problem = /^VersionTLS1[01]$/.test(tlsMinVersion) ? 'is not safe and not offered' : 'is no version of TLS';
    return {
      ok: false,
      key: 'tlsMinVersion',
      problem: `${tlsMinVersion} ${problem}; use VersionTLS12 or VersionTLS13`,
    };
  }
  const names = tlsCipherSuites.split(',').flatMap((name) => name.trim() || []);
  const unknown = names.find((name) => !Object.hasOwn(suites, name) && !suitesOf13.includes(name));
  if (unknown !== undefined) {
    const known = [...suitesOf13, ...Object.keys(suites)];
    return {
      ok: false,
      key: 'tlsCipherSuites',
      problem: `${unknown} is not a known suite${suggestion(unknown, known)}`,
    };
  }
  const wanted = names.flatMap((name) => suites[name] ?? []);
  const available = new Set(getCiphers());
  const missing = wanted.find((name) => !available.has(name.toLowerCase()));
  if (missing !== undefined) return { ok: false, key: 'tlsCipherSuites', problem: `${missing} is not offered here` };
  return {
    ok: true,
    settings: {
      minVersion: versions[tlsMinVersion],
      // OpenSSL takes both kinds in one list.
      ...(wanted.length > 0 && { ciphers: [...suitesOf13, ...wanted].join(':') }),
    },
  };
}
