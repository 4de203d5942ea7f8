/** A UUID of version 4. */
export function uuid(random: () => number): string {
  const digit = (index: number): string => {
    const value = Math.floor(random() * 16);
    if (index === 12) return '4';
    return (index === 16 ? (value & 3) | 8 : value).toString(16);
  };
  const digits = Array.from({ length: 32 }, (_, index) => digit(index)).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
