// What the main thread and the parsing thread say to each other.
import type {
  JudgedFindings,
  JudgingQuestion,
  ReadFindings,
  ReadPlace,
} from '@crafting-table/farm/attempts/findings-reader';

export type ToParser =
  | { kind: 'open'; id: number; place: ReadPlace }
  | { kind: 'feed'; id: number; bytes: Uint8Array }
  | { kind: 'end'; id: number; exitCode: number | null }
  | { kind: 'judge'; id: number; question: JudgingQuestion }
  | { kind: 'drop'; id: number };

export type FromParser =
  | { kind: 'fed'; bytes: number }
  | { kind: 'read'; id: number; read: ReadFindings }
  | { kind: 'judged'; id: number; judged: JudgedFindings };
