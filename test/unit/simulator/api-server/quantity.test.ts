import { describe, expect, it } from '@jest/globals';
import { ZERO, addQuantities, parseQuantity, quantityText } from '../../../../src/simulator/api-server/resources/quantity.ts';

describe('quantityText', () => {
  // What `kubectl get -o yaml` shows for these.
  it.each([
    ['0', '0'],
    ['0.5', '500m'],
    ['1.0', '1'],
    ['1500m', '1500m'],
    ['2000m', '2'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1024Ki', '1Mi'],
    ['0.5Gi', '512Mi'],
    ['1.5Ki', '1536'],
    ['1000Ki', '1000Ki'],
    ['0.1Ki', '102400m'],
    ['100n', '1m'],
    ['0.0001', '1m'],
    ['1e3', '1e3'],
    ['12e-1', '1200e-3'],
    ['-0.5', '-500m'],
    ['1025.5Ki', '1050112'],
    ['1.0001Ki', '1024103m'],
  ])('writes %s as %s', (text, canonical) => {
    expect(quantityText(parseQuantity(text) ?? ZERO)).toBe(canonical);
  });

  it.each(['', '1x', '1 Gi', 'm', 'Infinity'])('does not read %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});

describe('addQuantities', () => {
  it.each([
    ['0', '128Mi', '128Mi'],
    ['1Gi', '1M', '1074741824'],
    ['900m', '100m', '1'],
  ])('%s and %s are %s', (first, second, sum) => {
    expect(quantityText(addQuantities(parseQuantity(first) ?? ZERO, parseQuantity(second) ?? ZERO))).toBe(sum);
  });
});
