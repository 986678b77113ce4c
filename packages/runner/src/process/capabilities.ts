// Rights of this process that Linux gives apart from being root, see capabilities(7).
import { readFileSync } from 'node:fs';

const CAP_SYS_ADMIN = 21n;

/** Whether namespaces can be made without a user namespace around them. */
export function mayMakeNamespaces(): boolean {
  return process.getuid?.() === 0 || hasCapability(readStatus(), CAP_SYS_ADMIN);
}

/** `status`: the text of /proc/<pid>/status. */
export function hasCapability(status: string, number: bigint): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> number) & 1n) === 1n;
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return ''; // Not Linux: there are no such rights.
  }
}
