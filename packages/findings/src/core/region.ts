import type { Region } from '@crafting-table/contracts/finding';
import { LINE_NUMBER_MAX } from './limits.ts';

/** Numbers as a tool stated them, not yet trusted. */
export type StatedRegion = {
  line?: number | undefined;
  col?: number | undefined;
  endLine?: number | undefined;
  endCol?: number | undefined;
  unit?: Region['unit'];
};

/** A region with numbers that can be stored. Undefined when there is no usable first line. */
export function makeRegion(stated: StatedRegion): Region | undefined {
  const line = position(stated.line);
  if (line === undefined) return undefined;
  const col = position(stated.col);
  const endLine = position(stated.endLine);
  const endCol = position(stated.endCol);
  const region: Region = { line };
  if (col !== undefined) region.col = col;
  if (endLine !== undefined && endLine >= line) region.end_line = endLine;
  if (endCol !== undefined) region.end_col = endCol;
  if (stated.unit !== undefined && col !== undefined) region.unit = stated.unit;
  return region;
}

/** Some tools say 0 for "the whole file", some overflow: neither is a position. */
function position(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isInteger(value) || value < 1) return undefined;
  return Math.min(value, LINE_NUMBER_MAX);
}
