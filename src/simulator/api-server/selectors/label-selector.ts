/** Whether labels satisfy a selector. */
export type LabelSelector = (labels: Readonly<Record<string, string>>) => boolean;

/** A selector that the API server would not understand; the message is the server's. */
export class SelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SelectorError';
  }
}

const OPERATORS = 'in, notin, =, ==, !=, gt, lt';
const TOKENS = /\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)/y;

/**
 * Parses the query parameter `labelSelector`: requirements joined by commas, based on equality (`a=b`, `a==b`, `a!=b`) or on sets
 * (`a in (b,c)`, `a notin (b)`, `a`, `!a`). Throws a {@link SelectorError}. `gt` and `lt` are not built.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = tokenize(text);
  const requirements: LabelSelector[] = [];
  while (tokens.length > 0) {
    requirements.push(parseRequirement(tokens));
    const separator = tokens.shift();
    if (separator === undefined) break;
    if (separator !== ',') throw unexpected(separator, "',' or 'end of string'");
    if (tokens.length === 0) throw new SelectorError("found '', expected: identifier after ','");
  }
  return (labels) => requirements.every((holds) => holds(labels));
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKENS.lastIndex = 0;
  for (let match = TOKENS.exec(text); match?.[1] !== undefined; match = TOKENS.exec(text)) tokens.push(match[1]);
  return tokens;
}

function parseRequirement(tokens: string[]): LabelSelector {
  const absent = tokens[0] === '!';
  if (absent) tokens.shift();
  const key = tokens.shift() ?? '';
  if (!isWord(key)) throw unexpected(key, '!, identifier, or');
  if (absent) return (labels) => !Object.hasOwn(labels, key);
  const operator = tokens[0];
  if (operator === undefined || operator === ',') return (labels) => Object.hasOwn(labels, key);
  tokens.shift();
  switch (operator) {
    case '=':
    case '==': {
      const value = parseValue(tokens);
      return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
    }
    case '!=': {
      const value = parseValue(tokens);
      return (labels) => !Object.hasOwn(labels, key) || labels[key] !== value;
    }
    case 'in': {
      const values = parseValues(tokens);
      return (labels) => Object.hasOwn(labels, key) && values.has(labels[key] ?? '');
    }
    case 'notin': {
      const values = parseValues(tokens);
      return (labels) => !Object.hasOwn(labels, key) || !values.has(labels[key] ?? '');
    }
    default:
      throw unexpected(operator, OPERATORS, ',');
  }
}

// `a=` is the label with an empty value.
function parseValue(tokens: string[]): string {
  const [next] = tokens;
  if (next === undefined || next === ',') return '';
  if (!isWord(next)) throw unexpected(next, 'identifier');
  tokens.shift();
  return next;
}

function parseValues(tokens: string[]): ReadonlySet<string> {
  const opening = tokens.shift() ?? '';
  if (opening !== '(') throw unexpected(opening, "'('", '');
  const values = new Set<string>();
  for (;;) {
    const next = tokens.shift() ?? '';
    if (isWord(next)) {
      values.add(next);
      if (tokens[0] === ',') tokens.shift();
    } else if (next === ')') return values;
    else throw unexpected(next, "',', or identifier");
  }
}

function isWord(token: string): boolean {
  return token !== '' && !/^[=!(),<>]/.test(token);
}

function unexpected(found: string, expected: string, separator = ','): SelectorError {
  return new SelectorError(`unable to parse requirement: found '${found}'${separator} expected: ${expected}`);
}
