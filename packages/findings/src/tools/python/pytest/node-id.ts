// `tests/test_cart.py::TestDict::test_compare[1]`: how pytest names one test.

export type NodeId = {
  path: string;
  /** As the headings of failures write it: `TestDict.test_compare[1]`; the path for a whole file. */
  title: string;
  /** As the JUnit XML writes them, so that one test has one name in all formats. */
  suite: string;
  name: string;
};

export function readNodeId(text: string): NodeId {
  const bracket = text.indexOf('[');
  const plain = bracket < 0 ? text : text.slice(0, bracket);
  const params = bracket < 0 ? '' : text.slice(bracket);
  const [path = '', ...names] = plain.split('::');
  const module = moduleOf(path);
  if (names.length === 0) return { path, title: text, suite: 'pytest', name: module };
  const name = `${names.at(-1)}${params}`;
  return {
    path,
    title: `${names.join('.')}${params}`,
    suite: [module, ...names.slice(0, -1)].join('.'),
    name,
  };
}

/** `tests/test_cart.py` → `tests.test_cart`. */
export function moduleOf(path: string): string {
  return path.replace(/\.py$/, '').replaceAll('/', '.');
}

/** The test's own name in the heading `TestDict.test_compare[a.b]`, and the classes before it. */
export function splitTitle(title: string): { classes: string[]; name: string } {
  const bracket = title.indexOf('[');
  const plain = bracket < 0 ? title : title.slice(0, bracket);
  const classes = plain.split('.');
  const name = `${classes.pop()}${bracket < 0 ? '' : title.slice(bracket)}`;
  return { classes, name };
}
