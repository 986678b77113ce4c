// The tree names a test with the suites around it, the list of failures only by itself.

const LINE = /^(?<indent> {0,60})(?<mark>[✖▶✔﹣]) (?<label>\S.{0,3000})$/;
/** Only Node prints fractions of a millisecond. */
const NODES_DURATION = / \(\d{1,10}\.\d{3,9}ms\)(?: # .{0,200})?$/;
const FAILED_MAX = 20_000;

export function createTestTree() {
  let suites: string[] = [];
  let isNodes = false;
  const names = new Map<string, string[]>();
  let failed = 0;

  const keep = (label: string, name: string) => {
    if (failed >= FAILED_MAX) return;
    failed += 1;
    const known = names.get(label);
    if (known === undefined) names.set(label, [name]);
    else known.push(name);
  };

  return {
    /** Is it a line of the tree? */
    line: (head: string): boolean => {
      const groups = LINE.exec(head)?.groups;
      if (groups === undefined) return false;
      const { indent = '', mark, label = '' } = groups;
      const depth = indent.length / 2;
      suites = suites.slice(0, depth);
      isNodes ||= NODES_DURATION.test(label);
      if (mark === '▶') suites[depth] = label;
      else if (mark === '✖') {
        const name = label.replace(/ \(\d{1,10}(?:\.\d{1,9})?ms\)$/, '');
        keep(label, [...suites.filter((suite) => suite !== undefined), name].join(' > '));
      }
      return true;
    },
    /** The full name of the next failed test with this label. */
    take: (label: string): string | undefined => names.get(label)?.shift(),
    isNodes: () => isNodes,
    clear: () => {
      suites = [];
      isNodes = false;
      names.clear();
      failed = 0;
    },
  };
}
