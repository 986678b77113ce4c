// What the main thread and the parsing thread say to each other.
import type { ReadFindings } from '@crafting-table/farm/attempts/findings-reader';

export type ToParser =
  | { kind: 'open'; id: number; tree: string; subproject: string; startedAtMs: number }
  | { kind: 'feed'; id: number; bytes: Uint8Array }
  | { kind: 'end'; id: number; exitCode: number | null }
  | { kind: 'drop'; id: number };

export type FromParser =
  | { kind: 'fed'; bytes: number }
  | { kind: 'result'; id: number; result: ReadFindings };
