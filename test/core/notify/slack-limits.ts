/** What Slack's documentation, and those who ran into it, say. */
const LIMITS = { header: 150, section: 3_000, blocks: 50, allBlocks: 13_200 } as const;

/** A block as somebody may send it. */
export interface AnyBlock {
  readonly type?: string;
  readonly text?: { readonly type?: string; readonly text?: string };
}

/** What Slack finds wrong with blocks. */
export function blocksProblem(blocks: readonly AnyBlock[]): string | undefined {
  if (blocks.length > LIMITS.blocks) return 'invalid_blocks';
  const fits = blocks.every(({ type, text }) => {
    const length = text?.text?.length ?? 0;
    if (type === 'header') return text?.type === 'plain_text' && length > 0 && length <= LIMITS.header;
    return type === 'section' && text?.type === 'mrkdwn' && length > 0 && length <= LIMITS.section;
  });
  if (!fits) return 'invalid_blocks';
  const sum = blocks.reduce((total, { text }) => total + (text?.text?.length ?? 0), 0);
  return sum > LIMITS.allBlocks ? 'msg_blocks_too_long' : undefined;
}
