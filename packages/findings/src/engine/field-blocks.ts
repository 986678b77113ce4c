// Blocks of `Key: value` lines, of which the first two keys are known, as audits print one for each flaw.
import type { LineVerdict, LogLine } from '../core/tool.ts';

export type FieldBlock = { fields: ReadonlyMap<string, string>; logLine: number };

export type FieldBlocks = {
  field: (key: string, value: string, line: LogLine) => LineVerdict;
  isOpen: () => boolean;
  /** Hands over the block that is still open. */
  close: () => void;
  /** Forgets it. */
  drop: () => void;
};

export function createFieldBlocks(
  [first, second]: readonly [string, string],
  onBlock: (block: FieldBlock) => void,
): FieldBlocks {
  let open: { fields: Map<string, string>; logLine: number } | undefined;
  const close = () => {
    const block = open;
    open = undefined;
    if (block !== undefined) onBlock(block);
  };
  return {
    field: (key, value, line) => {
      if (key === first) {
        close();
        open = { fields: new Map(), logLine: line.number };
      }
      if (open === undefined) return 'ignored';
      open.fields.set(key, value);
      // Many a tool prints the first key; the second line tells whose it is.
      if (open.fields.size === 2 && !open.fields.has(second)) {
        open = undefined;
        return 'ignored';
      }
      return open.fields.size === 1 ? 'watching' : 'reading';
    },
    isOpen: () => open !== undefined,
    close,
    drop: () => (open = undefined),
  };
}
