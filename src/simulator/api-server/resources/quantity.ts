/** An amount of a resource, such as `500m` or `1Gi`. Source: apimachinery, pkg/api/resource. */
export interface Quantity {
  /** Thousandths; Kubernetes rounds smaller fractions up. */
  readonly milli: bigint;
  /** How it is written. */
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
}

const TEXT = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?\d+))$/;
const DECIMAL = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

export const ZERO: Quantity = { milli: 0n, format: 'DecimalSI' };

/** Parses a quantity; undefined when it is not one. */
export function parseQuantity(value: unknown): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [, sign, digits, binary, decimal, exponent] = TEXT.exec(String(value)) ?? [];
  if (digits === undefined) return undefined;
  const [whole = '', fraction = ''] = digits.split('.');
  const unscaled = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n);
  if (binary !== undefined) {
    const milli = divideUp(unscaled * 1000n * 1024n ** BigInt(BINARY.indexOf(binary)), 10n ** BigInt(fraction.length));
    return { milli, format: 'BinarySI' };
  }
  const power = 3 + (exponent === undefined ? decimalPower(decimal ?? '') : Number(exponent)) - fraction.length;
  const milli = power >= 0 ? unscaled * 10n ** BigInt(power) : divideUp(unscaled, 10n ** BigInt(-power));
  return { milli, format: exponent === undefined ? 'DecimalSI' : 'DecimalExponent' };
}

function decimalPower(suffix: string): number {
  if (suffix === 'n') return -9;
  if (suffix === 'u') return -6;
  return 3 * (DECIMAL.indexOf(suffix) - 1);
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend > quotient * divisor ? quotient + 1n : quotient;
}

/** Writes a quantity as Kubernetes does: with the largest suffix that needs no fraction. */
export function quantityText({ milli, format }: Quantity): string {
  if (format === 'BinarySI' && milli % 1000n === 0n && (milli >= 1_024_000n || milli <= -1_024_000n)) {
    const [value, suffix] = reduced(milli / 1000n, 1024n, BINARY.length - 1);
    return `${value}${BINARY[suffix] ?? ''}`;
  }
  if (milli === 0n) return '0';
  const [value, steps] = reduced(milli, 1000n, DECIMAL.length - 1);
  if (format !== 'DecimalExponent' || steps === 1) return `${value}${DECIMAL[steps] ?? ''}`;
  return `${value}e${3 * (steps - 1)}`;
}

function reduced(value: bigint, base: bigint, maxSteps: number): readonly [bigint, number] {
  let [rest, steps] = [value, 0];
  while (rest !== 0n && rest % base === 0n && steps < maxSteps) [rest, steps] = [rest / base, steps + 1];
  return [rest, steps];
}

/** The sum, written as the first one unless that is zero. */
export function addQuantities(first: Quantity, second: Quantity): Quantity {
  return { milli: first.milli + second.milli, format: first.milli === 0n ? second.format : first.format };
}

/** The larger one. */
export function maxQuantity(first: Quantity, second: Quantity): Quantity {
  return second.milli > first.milli ? second : first;
}

/** Quantities by the name of their resource. */
export type Quantities = ReadonlyMap<string, Quantity>;

/** Reads a list of resources, such as `requests`. */
export function readQuantities(list: Readonly<Record<string, unknown>>): Quantities {
  return new Map(Object.entries(list).map(([name, value]) => [name, parseQuantity(value) ?? ZERO]));
}

/** A list of resources as it is stored. */
export function writeQuantities(quantities: Quantities): Readonly<Record<string, string>> {
  return Object.fromEntries([...quantities].map(([name, quantity]) => [name, quantityText(quantity)]));
}

/** Combines two lists of resources, one by one. */
export function combine(
  first: Quantities,
  second: Quantities,
  both: (first: Quantity, second: Quantity) => Quantity,
): Quantities {
  const result = new Map(first);
  for (const [name, quantity] of second) {
    const present = result.get(name);
    result.set(name, present === undefined ? quantity : both(present, quantity));
  }
  return result;
}
