import { constants } from 'node:os';
import type { RootExit } from './spawner.ts';

/** The code a shell would give: the program's own, or 128 + n when signal n ended it. -1 when the end is not known. */
export function exitCodeOf(exit: RootExit | undefined): number {
  if (exit?.signal) return 128 + constants.signals[exit.signal];
  return exit?.code ?? -1;
}

/**
 * The signal such a code stands for. By the code alone, at every level of containment: a shell between us and the
 * process has already turned the signal into a number, and a program that exits with 137 by itself looks the same.
 */
export function signalOf(exitCode: number): NodeJS.Signals | undefined {
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][]; // Object.entries widens the keys.
  return names.find(([, number]) => number === exitCode - 128)?.[0];
}
