/** A mail taken apart (RFC 5322, 2045, 2047), as far as these tests need it. */
export interface Mail {
  /** By name in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
}

/** Takes apart a mail of the parts text/plain and text/html. */
export function readMail(raw: string): Mail {
  const { headers, body } = splitHeaders(raw);
  const boundary = /boundary="?([^";]+)"?/.exec(headers.get('content-type') ?? '')?.[1];
  const parts =
    boundary === undefined
      ? []
      : body
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((part) => splitHeaders(part.trimStart()));
  const contentOf = (type: string): string => {
    const part = parts.find((each) => each.headers.get('content-type')?.startsWith(type) === true);
    if (part === undefined) throw new Error(`the mail has no part ${type}`);
    return decodeBody(part.body, part.headers.get('content-transfer-encoding') ?? '7bit').replaceAll('\r\n', '\n');
  };
  return { headers, text: contentOf('text/plain'), html: contentOf('text/html') };
}

function splitHeaders(raw: string): { readonly headers: ReadonlyMap<string, string>; readonly body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())];
    }),
  );
  return { headers, body: raw.slice(end + 4) };
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding === 'quoted-printable') return unescape(body.replaceAll('=\r\n', ''));
  return body;
}

/** `=?UTF-8?Q?…?=`; the blanks between two such words do not count. */
function decodeWords(text: string): string {
  return text.replaceAll(/\?=\s+=\?/g, '?==?').replaceAll(/(=\?UTF-8\?([QB])\?([^?]*)\?=)+/gi, (run) => {
    const bytes = [...run.matchAll(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi)].map(([, kind, word = '']) =>
      kind?.toUpperCase() === 'B' ? Buffer.from(word, 'base64') : Buffer.from(unescape(word.replaceAll('_', ' ')), 'utf8'),
    );
    return Buffer.concat(bytes).toString('utf8');
  });
}

function unescape(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
