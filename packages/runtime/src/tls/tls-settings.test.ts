import { createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { tlsSettings } from './tls-settings.js';

describe('tlsSettings', () => {
  it.each([
    ['', '', {}],
    ['', 'VersionTLS13', { minVersion: 'TLSv1.3' }],
    [
      'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256',
      'VersionTLS12',
      {
        minVersion: 'TLSv1.2',
        ciphers:
          'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384',
      },
    ],
  ])('reads %j and %j', (tlsCipherSuites, tlsMinVersion, settings) => {
    const parsed = tlsSettings({ tlsCipherSuites, tlsMinVersion });
    expect(parsed).toEqual({ ok: true, settings });
    // OpenSSL takes them.
    expect(() => createServer(parsed.ok ? parsed.settings : {})).not.toThrow();
  });

  it.each([
    ['', 'VersionTLS11', 'tlsMinVersion', 'VersionTLS11 is not safe and not offered; use VersionTLS12 or VersionTLS13'],
    ['', 'toString', 'tlsMinVersion', 'toString is no version of TLS; use VersionTLS12 or VersionTLS13'],
    [
      'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265',
      '',
      'tlsCipherSuites',
      'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265 is not a known suite: did you mean "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"?',
    ],
    ['TLS_RSA_WITH_RC4_128_SHA', '', 'tlsCipherSuites', 'TLS_RSA_WITH_RC4_128_SHA is not a known suite'],
  ])('refuses %j and %j', (tlsCipherSuites, tlsMinVersion, key, problem) => {
    const parsed = tlsSettings({ tlsCipherSuites, tlsMinVersion });
    expect(parsed).toMatchObject({ ok: false, key, problem: expect.stringContaining(problem) });
  });
});
