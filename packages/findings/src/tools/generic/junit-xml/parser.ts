import type { FindingCollector } from '../../../core/finding-collector.ts';
import { DETAIL_CHARS_MAX } from '../../../core/limits.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { readXml, type XmlAttributes, type XmlHandlers, type XmlVerdict } from '../../../engine/read-xml.ts';
import { PROBLEM_ELEMENTS, type ProblemElement, type TestCase, toDraft } from './test-case.ts';
import { findTestPlace, type StatedTestPlace } from './test-place.ts';
import { addTotals, type Claims, findLoss, noTotals, readClaims, type Totals } from './totals.ts';

/** Reads a JUnit XML file: every closed test case counts, also of a document that breaks off later. */
export function parseJunit(file: ReportFile, reader: ReportReader): void {
  const walk = createWalk(reader);
  const verdict = readXml(file.bytes, walk.handlers);
  const { collector, claimed, parsed, loss } = walk.end();
  reader.close(collector, { claimed, parsed, ...judge(verdict, parsed, loss) });
}

function judge(verdict: XmlVerdict, parsed: Totals, loss: string | undefined) {
  const { problem } = verdict;
  if (problem !== undefined) {
    const nothing = problem.kind === 'refused' || (verdict.documents === 0 && parsed.tests === 0);
    return { completeness: nothing ? 'failed' : 'partial', note: problem.note } as const;
  }
  return loss === undefined
    ? ({ completeness: 'complete' } as const)
    : ({ completeness: 'partial', note: loss } as const);
}

/** Tools that give away by the name of their suite that they wrote the document. */
const WRITERS = new Map([
  ['pytest', 'pytest'],
  ['pytest tests', 'pytest'],
  ['nextest-run', 'nextest'],
  // The farm's own hook.
  ['minitest', 'minitest'],
]);

type Suite = { name: string; file: string | undefined; claims: Claims; parsed: Totals };
type OpenCase = TestCase & {
  stated: StatedTestPlace;
  /** Asked of tests that are findings only: there are many more of the others. */
  readOthers: () => Record<string, unknown>;
};

function createWalk(reader: ReportReader) {
  const suites: Suite[] = [];
  const claimed: Claims = {};
  const parsed = noTotals();
  let loss: string | undefined;
  let collector: FindingCollector | undefined;
  let tool = 'junit-xml';
  let current: OpenCase | undefined;
  // The text being collected belongs to this element; elements inside it (surefire's stackTrace) add to it.
  let collecting: string | undefined;
  let text = '';

  const openCollector = () => (collector ??= reader.collect(tool));

  const openSuite = (attributes: XmlAttributes) => {
    const name = attributes('name') ?? '';
    const parent = suites.at(-1);
    const claims = readClaims(attributes);
    // The outermost element that states a count speaks for everything inside it.
    if (suites.every((suite) => suite.claims.tests === undefined)) addTotals(claimed, claims);
    suites.push({ name, file: attributes('file') ?? parent?.file, claims, parsed: noTotals() });
    tool = WRITERS.get(name) ?? tool;
  };

  const closeSuite = () => {
    const suite = suites.pop();
    if (suite === undefined) return;
    loss ??= findLoss(suite.claims, suite.parsed);
    addTotals(suites.at(-1)?.parsed ?? {}, suite.parsed);
  };

  const closeCase = (testCase: OpenCase) => {
    const counts = countCase(testCase);
    addTotals(parsed, counts);
    addTotals(suites.at(-1)?.parsed ?? {}, counts);
    if (testCase.problems.length === 0) return;
    const { add, resolve } = openCollector();
    testCase.others = { ...testCase.readOthers(), ...testCase.others };
    const draft = toDraft(testCase, (explanation) => findTestPlace(testCase.stated, explanation, resolve));
    if (draft !== undefined) add(draft);
  };

  const handlers: XmlHandlers = {
    open: (name, attributes, names) => {
      if (name === 'testsuite' || name === 'testsuites') openSuite(attributes);
      else if (name === 'testcase')
        current = openCase({ attributes, names, suite: suites.at(-1), isPytest: tool === 'pytest' });
      else if (current === undefined || collecting !== undefined) return;
      else if (name === 'skipped') current.isSkipped = true;
      else if (name === 'property') keepProperty(current, attributes);
      else if (isProblem(name)) {
        const message = attributes('message') ?? '';
        current.problems.push({ element: name, message, type: attributes('type') ?? '', text: '' });
        collecting = name;
      } else if (name === 'system-out' || name === 'system-err') collecting = name;
    },
    text: (part) => {
      if (collecting !== undefined && text.length < DETAIL_CHARS_MAX) text += part;
    },
    close: (name) => {
      if (name === 'testsuite' || name === 'testsuites') closeSuite();
      else if (current === undefined) return;
      else if (name === 'testcase') {
        closeCase(current);
        current = undefined;
      } else if (name === collecting) {
        keepText(current, name, text);
        collecting = undefined;
        text = '';
      }
    },
  };

  return {
    handlers,
    end: () => ({ collector: openCollector(), claimed, parsed, loss }),
  };
}

function countCase({ problems, isSkipped }: TestCase): Totals {
  const count = (element: ProblemElement) => problems.filter((problem) => problem.element === element).length;
  return { tests: 1, failures: count('failure'), errors: count('error'), skipped: isSkipped ? 1 : 0 };
}

function isProblem(name: string): name is ProblemElement {
  return Object.hasOwn(PROBLEM_ELEMENTS, name);
}

function keepText(testCase: TestCase, element: string, text: string): void {
  const problem = testCase.problems.at(-1);
  if (problem?.element === element) problem.text = text;
  else if (testCase.output.length < DETAIL_CHARS_MAX) testCase.output += `${text.trim()}\n`;
}

type CaseElement = {
  attributes: XmlAttributes;
  names: () => readonly string[];
  suite: Suite | undefined;
  isPytest: boolean;
};

function openCase({ attributes, names, suite, isPytest }: CaseElement): OpenCase {
  const classname = attributes('classname') ?? '';
  const line = wholeNumber(attributes('line') ?? attributes('lineno'));
  return {
    suite: classname || (suite?.name ?? ''),
    name: attributes('name') ?? '',
    time: attributes('time'),
    problems: [],
    isSkipped: false,
    others: {},
    readOthers: () => readOthers(attributes, names()),
    output: '',
    stated: {
      classname,
      file: attributes('file') ?? suite?.file,
      // pytest counts the lines of its xunit1 dialect from 0.
      line: line === undefined ? undefined : line + (isPytest ? 1 : 0),
    },
  };
}

const READ_ATTRIBUTES = new Set(['name', 'classname', 'file', 'line', 'lineno', 'time']);
const PROPERTIES_MAX = 50;

function readOthers(attributes: XmlAttributes, names: readonly string[]): Record<string, unknown> {
  const others = names.filter((name) => !READ_ATTRIBUTES.has(name)).slice(0, PROPERTIES_MAX);
  return Object.fromEntries(others.map((name) => [name, attributes(name)]));
}

/** What a test has recorded of itself: `<properties><property name="owner" value="ann"/></properties>`. */
function keepProperty(testCase: TestCase, attributes: XmlAttributes): void {
  const name = attributes('name') ?? '';
  const properties = (testCase.others['properties'] ??= Object.create(null)) as Record<string, unknown>; // Made here only.
  if (name !== '' && Object.keys(properties).length < PROPERTIES_MAX)
    properties[name] = attributes('value') ?? '';
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
