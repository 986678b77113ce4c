import { createPatternSearch } from './find-patterns.ts';
import { secretForms } from './secret-forms.ts';

export type SecretMask = {
  /** The bytes that are sure by now, masked. Without secrets this is `chunk` itself, not a copy. */
  push(chunk: Buffer): Buffer;
  /** What was held back, masked. The mask may be used again for another text after it. */
  end(): Buffer;
  /** Bytes held back because they may be the beginning of a secret. */
  readonly heldBytes: number;
};

/**
 * Replaces every form of every secret (see `secretForms`) by `***`, also across chunk borders; overlapping finds become one
 * `***`. Only bytes that may be the beginning of a secret are held back. Values under four characters are not masked.
 */
export function createSecretMask(secrets: readonly string[]): SecretMask {
  const patterns = secrets.flatMap(secretForms);
  if (patterns.length === 0) return { push: (chunk) => chunk, end: () => NOTHING, heldBytes: 0 };

  const search = createPatternSearch(patterns);
  let held: Buffer = NOTHING;
  /** How many of the held bytes belong to a secret whose `***` has gone out already. */
  let heldMaskedBytes = 0;

  function mask(text: Buffer, sureBytes: number): Buffer {
    const pieces: Buffer[] = [];
    let copied = heldMaskedBytes;
    for (let found = search.find(text, 0); found && found.fromByte < sureBytes;) {
      if (found.fromByte >= copied) pieces.push(text.subarray(copied, found.fromByte), MASK);
      copied = Math.max(copied, found.toByte);
      // One byte on, not behind the find: another secret may begin inside this one and reach further.
      found = search.find(text, found.fromByte + 1);
    }
    if (copied < sureBytes) pieces.push(text.subarray(copied, sureBytes));
    held = text.subarray(sureBytes);
    heldMaskedBytes = Math.max(0, copied - sureBytes);
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  return {
    push(chunk) {
      const text = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      return mask(text, search.findUnfinished(text));
    },
    end: () => mask(held, held.length),
    get heldBytes() {
      return held.length;
    },
  };
}

/** `text` with every form of every secret replaced by `***`: for error messages and other one-off strings. */
export function maskText(text: string, secrets: readonly string[]): string {
  const mask = createSecretMask(secrets);
  return Buffer.concat([mask.push(Buffer.from(text)), mask.end()]).toString();
}

const MASK = Buffer.from('***');
const NOTHING = Buffer.alloc(0);
