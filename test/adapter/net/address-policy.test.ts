import { describe, expect, it } from '@jest/globals';
import { createAddressPolicy } from '../../../src/net/address-policy.ts';

const apiServer = ['10.96.0.1'];

describe('createAddressPolicy', () => {
  it.each([
    { allow: '', host: 'hooks.example', address: '203.0.113.7', allowed: true },
    { allow: '', host: 'hooks.internal', address: '10.1.2.3', allowed: true },
    { allow: '', host: 'hooks.internal', address: 'fd00::7', allowed: true },
    { allow: '', host: 'localhost', address: '127.0.0.1', allowed: false },
    { allow: '', host: 'localhost', address: '::1', allowed: false },
    { allow: '', host: 'rebound.example', address: '127.8.9.1', allowed: false },
    { allow: '', host: 'rebound.example', address: '::ffff:127.0.0.1', allowed: false },
    { allow: '', host: 'rebound.example', address: '::ffff:7f00:1', allowed: false },
    { allow: '', host: 'zero.example', address: '0.0.0.0', allowed: false },
    { allow: '', host: 'zero.example', address: '::', allowed: false },
    { allow: '', host: 'metadata.example', address: '169.254.169.254', allowed: false },
    { allow: '', host: 'near.example', address: 'fe80::1%eth0', allowed: false },
    { allow: '', host: 'kubernetes.default.svc', address: '10.96.0.1', allowed: false },
    { allow: '', host: 'broken.example', address: 'not an address', allowed: false },
    { allow: 'hooks.example', host: 'hooks.example', address: '203.0.113.7', allowed: true },
    { allow: 'HOOKS.example , other.example', host: 'hooks.Example', address: '203.0.113.7', allowed: true },
    { allow: 'hooks.example', host: 'evil.example', address: '203.0.113.7', allowed: false },
    { allow: 'hooks.example', host: 'hooks.example', address: '127.0.0.1', allowed: false },
    { allow: 'hooks.example:443', host: 'hooks.example', address: '203.0.113.7', allowed: true },
    { allow: 'hooks.example:8443', host: 'hooks.example', address: '203.0.113.7', allowed: false },
    { allow: '203.0.113.0/24', host: 'any.example', address: '203.0.113.7', allowed: true },
    { allow: '203.0.113.0/24', host: 'any.example', address: '203.0.114.7', allowed: false },
    { allow: '203.0.113.0/24', host: 'any.example', address: '::ffff:203.0.113.7', allowed: true },
    { allow: '127.0.0.0/8', host: 'localhost', address: '127.0.0.1', allowed: true },
    { allow: '127.0.0.1:443', host: '127.0.0.1', address: '127.0.0.1', allowed: true },
    { allow: '127.0.0.1:80', host: '127.0.0.1', address: '127.0.0.1', allowed: false },
    { allow: '[fd00::7]:443', host: 'fd00::7', address: 'fd00::7', allowed: true },
    { allow: 'fd00::/8', host: 'fd12::7', address: 'fd12::7', allowed: true },
    { allow: 'fd00::7', host: 'fd12::7', address: 'fd12::7', allowed: false },
  ])('with "$allow", $host at $address is allowed: $allowed', ({ allow, host, address, allowed }) => {
    const policy = createAddressPolicy({ allow, apiServer });

    expect(policy.allows({ host, port: 443 }, address)).toBe(allowed);
  });

  it.each([
    { allow: '', host: 'hooks.example', allowed: true },
    { allow: '', host: '203.0.113.7', allowed: true },
    { allow: '', host: '169.254.169.254', allowed: false },
    { allow: '', host: '::1', allowed: false },
    { allow: '', host: 'localhost', allowed: false },
    { allow: '', host: 'LOCALHOST.', allowed: false },
    { allow: '', host: 'a.localhost', allowed: false },
    { allow: '', host: 'kubernetes.default.svc.cluster.local', allowed: false },
    { allow: '', host: 'kubernetes.example', allowed: true },
    { allow: '', host: 'metadata.google.internal', allowed: false },
    { allow: 'hooks.example:443', host: 'Hooks.example.', allowed: true },
    { allow: 'hooks.example:8443', host: 'hooks.example', allowed: false },
    { allow: 'localhost', host: 'localhost', allowed: false },
    { allow: '203.0.113.0/24', host: '203.0.113.7', allowed: true },
    // Whether the name leads there is for the proxy to know.
    { allow: '203.0.113.0/24', host: 'hooks.example', allowed: false },
  ])('with "$allow", $host is allowed through a proxy: $allowed', ({ allow, host, allowed }) => {
    expect(createAddressPolicy({ allow, apiServer }).allowsName({ host, port: 443 })).toBe(allowed);
  });

  it.each(['hooks.example/path', 'https://hooks.example', '10.0.0.0/33', 'a b', 'host:port', '*'])(
    '"%s" is refused with the reason',
    (allow) => {
      expect(() => createAddressPolicy({ allow, apiServer })).toThrow(`'${allow}' must be a host, an IP address or a CIDR range`);
    },
  );
});
