const ASCII_BLANK = '\\t\\n\\f\\r ';
const compiled = new Map<string, RegExp>();

/** Whether a text matches a pattern of Go's regexp package, in which \s stands for ASCII blanks only. */
export function matchesPattern(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(asciiBlanks(pattern), 'u');
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}

function asciiBlanks(pattern: string): string {
  let inClass = false;
  return pattern.replaceAll(/\\.|[[\]]/gs, (part) => {
    if (part === '[' || part === ']') {
      inClass = part === '[';
      return part;
    }
    if (part === '\\s') return inClass ? ASCII_BLANK : `[${ASCII_BLANK}]`;
    return part === '\\S' && !inClass ? `[^${ASCII_BLANK}]` : part;
  });
}
