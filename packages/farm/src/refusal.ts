import type { FieldFault, ProblemCode } from '@crafting-table/contracts/problem';

/** A verb's way to say no to what was asked: an expected outcome, so it is returned and not thrown. */
export type Refusal = { refused: ProblemCode; detail?: string; faults?: FieldFault[] };

export function refuse(code: ProblemCode, detail?: string, faults?: FieldFault[]): Refusal {
  return { refused: code, ...(detail !== undefined && { detail }), ...(faults && { faults }) };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}
