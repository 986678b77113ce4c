// The one shape of everything that is measured here.
import type { Stores } from './stores.ts';

export type Figure = {
  /** As in `--only`. */
  name: string;
  /** What the value is compared with, measured in the same run; null where nothing comparable exists. */
  floor: string | null;
  aim: string;
  /** Given up after this; a minute and a half when it says nothing. */
  limitMs?: number;
  measure(bench: Bench): Promise<Row[]>;
};

export type Unit = 'ms' | 's' | 'MB' | 'MB/s' | 'per s' | '%';

export type Row = {
  label: string;
  value: number;
  /** In the same unit; null where nothing comparable exists. */
  floor: number | null;
  unit: Unit;
  /** Null: told for information, the aim is not about it. */
  isMet: boolean | null;
};

/** What a figure gets to work with. Whatever it starts with these is ended when it ends, however it ends. */
export type Bench = {
  /** Empty, this figure's own, on the volume of everything else. */
  folder: string;
  stores: Stores;
  isQuick: boolean;
  /** Whether to tell how much processor time each process took. */
  tellsCpu: boolean;
  /** One line of progress. */
  tell(line: string): void;
  /** Ends it with the figure. */
  own<T extends AsyncDisposable>(thing: T): T;
};
