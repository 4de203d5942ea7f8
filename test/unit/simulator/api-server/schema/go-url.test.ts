import { describe, expect, it } from '@jest/globals';
import { isUrl, parseUrl } from '../../../../../src/simulator/api-server/schema/go-url.ts';

describe('isUrl', () => {
  it.each([
    'https://a.example/x?q#f',
    'http://[::1]:80/',
    '/path',
    'mailto:a@b',
    'HTTP://A',
    'http:',
    'x+y://h',
    'http://a:/',
    '*',
  ])('accepts %s', (text) => {
    expect(isUrl(text)).toBe(true);
  });

  it.each([
    '',
    'a.example/x',
    '://a',
    '1http://a',
    'http://a b/',
    'http://a:b/',
    'http://a:1:2/',
    'http://[::1',
    'http://[1.2.3.4]/',
    'http://a/%zz',
    'http://%41/',
    'a\nb',
  ])('rejects %j', (text) => {
    expect(isUrl(text)).toBe(false);
  });
});

describe('parseUrl', () => {
  it('reads scheme, host and port', () => {
    expect(parseUrl('HTTPS://user:pass@a.example:8443/p?x=1#f')).toMatchObject({
      scheme: 'https',
      host: 'a.example:8443',
      hostname: 'a.example',
      port: '8443',
    });
    expect(parseUrl('http://[::1]/')).toMatchObject({ host: '[::1]', hostname: '::1', port: '' });
    expect(parseUrl('/path')).toMatchObject({ scheme: '', hostname: '' });
    expect(parseUrl('path')).toBeUndefined();
  });
});
