/** Slack's limits, from its documentation and from experience. */
const LIMITS = { header: 150, section: 3_000, blocks: 50, allBlocks: 13_200 } as const;

/** Any block, unvalidated. */
export interface AnyBlock {
  readonly type?: string;
  readonly text?: AnyText;
  readonly elements?: readonly AnyText[];
}

interface AnyText {
  readonly type?: string;
  readonly text?: string;
}

/** The markup of a block. */
export function blockText({ text, elements = [] }: AnyBlock): string {
  return [...(text === undefined ? [] : [text]), ...elements].map((each) => each.text ?? '').join(' ');
}

/** Slack's error for blocks; undefined if they are valid. */
export function blocksProblem(blocks: readonly AnyBlock[]): string | undefined {
  if (blocks.length > LIMITS.blocks) return 'invalid_blocks';
  const fits = blocks.every((block) => {
    const { type, text, elements } = block;
    const { length } = blockText(block);
    if (type === 'header') return text?.type === 'plain_text' && length > 0 && length <= LIMITS.header;
    const isText = type === 'section' ? text?.type === 'mrkdwn' : type === 'context' && elements?.[0]?.type === 'mrkdwn';
    return isText && length > 0 && length <= LIMITS.section;
  });
  if (!fits) return 'invalid_blocks';
  const sum = blocks.reduce((total, block) => total + blockText(block).length, 0);
  return sum > LIMITS.allBlocks ? 'msg_blocks_too_long' : undefined;
}
