import type { KeyStyle } from './key-styles.ts';
import type { Replay } from './replay-history.ts';

type Line = [string, (replay: Replay) => string];

const count = (read: (replay: Replay) => number) => (replay: Replay) => read(replay).toLocaleString('en');
const share = (read: (replay: Replay) => number, of: (replay: Replay) => number) => (replay: Replay) =>
  `${((100 * read(replay)) / of(replay)).toFixed(3)} %`;
const all = ({ persisting }: Replay) => persisting;
const unrenamed = ({ persisting, renamed }: Replay) => persisting - renamed;
const byKey = (title: string, style: KeyStyle): Line[] => [
  [`${title}`, share(({ missedBy }) => missedBy[style].all, all)],
  [`${title}, renames apart`, share(({ missedBy }) => missedBy[style].apartFromRenames, unrenamed)],
];

const LINES: readonly Line[] = [
  ['commits', count(({ commits }) => commits)],
  ['findings on unchanged lines', count(all)],
  ['of them shifted', count(({ shifted }) => shifted)],
  ['of them in renamed files', count(({ renamed }) => renamed)],
  ...byKey('rule + path + line', 'line'),
  ...byKey('rule + path + message', 'message'),
  ...byKey('fingerprint', 'fingerprint'),
  ['**tiers + renames of git**', share(({ falseNew }) => falseNew, all)],
  ['of all: no other one took its place', share(({ miscounted }) => miscounted, all)],
  [
    'tiers + renames, of the shifted',
    share(
      ({ falseNew }) => falseNew,
      ({ shifted, renamed }) => shifted + renamed,
    ),
  ],
  ['equal rows swapped', share(({ swapped }) => swapped, all)],
  ['findings on edited or added lines', count(({ edited }) => edited)],
  [
    'of them recognised',
    share(
      ({ editedMatched }) => editedMatched,
      ({ edited }) => edited,
    ),
  ],
];

/** A table in Markdown, a column for each history. */
export function renderReplays(replays: ReadonlyMap<string, Replay>): string {
  const rows = [
    ['', ...replays.keys()],
    ['---', ...[...replays].map(() => '---:')],
    ...LINES.map(([title, read]) => [title, ...[...replays.values()].map(read)]),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
