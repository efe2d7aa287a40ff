import { describe, expect, it } from 'vitest';
import { certificateUser } from './certificate-user.js';
import { noClientTrust, parseClientTrust, type ClientTrust } from './client-trust.js';

const trust: ClientTrust = {
  ...noClientTrust,
  users: new Set(['AA']),
  proxy: {
    fingerprints: new Set(['BB']),
    names: ['front-proxy'],
    userHeaders: ['x-remote-user'],
    groupHeaders: ['x-remote-group'],
    extraPrefixes: ['x-remote-extra-'],
  },
};

function shown(commonName: string, authority: string, headers: Record<string, string[]> = {}, groups: string[] = []) {
  return {
    certificate: { commonName, organizations: groups, authorities: new Set([authority]) },
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')])),
    headerValues: (name: string) => headers[name] ?? [],
  };
}

const forAnn = {
  'x-remote-user': ['ann'],
  'x-remote-group': ['a, system:masters', 'b'],
  'x-remote-extra-a%2fb': ['1'],
};

describe('certificateUser', () => {
  it.each([
    ['a user', shown('joe', 'AA', {}, ['dev']), { name: 'joe', groups: ['dev'] }],
    ['a user who says to be another', shown('joe', 'AA', forAnn), { name: 'joe', groups: [] }],
    [
      'the proxy for a user, groups not split at commas',
      shown('front-proxy', 'BB', forAnn),
      { name: 'ann', groups: ['a, system:masters', 'b'], extra: { 'a/b': ['1'] } },
    ],
    ['somebody else with a certificate of the proxy authority', shown('joe', 'BB', forAnn), undefined],
    ['the proxy without a user', shown('front-proxy', 'BB'), undefined],
    ['an authority that is no longer believed', shown('joe', 'CC'), undefined],
    ['no name', shown('', 'AA'), undefined],
    ['no certificate', { headers: {}, headerValues: () => [] }, undefined],
  ])('%s', (_, request, user) => {
    expect(certificateUser(request, trust)).toEqual(user);
  });
});

describe('parseClientTrust', () => {
  it('takes an empty ConfigMap for nobody', () => {
    expect(parseClientTrust({})).toEqual(noClientTrust);
  });

  it.each([
    [{ 'requestheader-allowed-names': 'front' }, 'requestheader-allowed-names must be a JSON list of texts'],
    [{ 'requestheader-group-headers': '[1]' }, 'requestheader-group-headers must be a JSON list of texts'],
    [
      { 'client-ca-file': '-----BEGIN CERTIFICATE-----\nMQ==\n-----END CERTIFICATE-----' },
      'client-ca-file holds something that is no certificate',
    ],
  ])('refuses %o', (data, message) => {
    expect(() => parseClientTrust(data as Record<string, string>)).toThrow(message);
  });
});
