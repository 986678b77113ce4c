import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { asRecord, type JsonRecord, numberAt, stringAt } from '../../../engine/json-fields.ts';
import { parseJsonLine } from '../../../engine/json-line.ts';
import { createTestPackage, packageDraft, type TestPackage } from './test-package.ts';
import { createTestRun } from './test-run.ts';

/** Packages that are open at once; go tests as many as there are processors. */
const OPEN_PACKAGES_MAX = 1000;
/** What the tests did not print themselves. */
const FRAME = /^(?:=== (?:RUN|NAME|CONT|PAUSE) {2}| {0,40}--- (?:FAIL|PASS|SKIP): )/;

type Open = { tests: TestPackage; hadTests: boolean };

/** `-json`: events of several packages, mixed. What a build prints among them is read by go build. */
export function createGoTestJsonParser(collector: LogCollector): LogParser {
  const run = createTestRun(collector);
  const packages = new Map<string, Open>();

  const openPackage = (name: string): Open | undefined => {
    let open = packages.get(name);
    if (open === undefined && packages.size < OPEN_PACKAGES_MAX) {
      open = { tests: createTestPackage(), hadTests: false };
      packages.set(name, open);
    }
    return open;
  };

  const endPackage = (event: JsonRecord, action: string, name: string, open: Open, logLine: number) => {
    packages.delete(name);
    const isSetup = stringAt(event, 'FailedBuild') === undefined ? undefined : 'build failed';
    if (isSetup !== undefined) {
      collector.add({ ...packageDraft(name, isSetup), logLine });
      return run.add({ failures: 1, hadTests: true });
    }
    const result = action === 'fail' ? 'failed' : 'passed';
    const { failures } = open.tests.close(
      { ...collector, add: (draft) => collector.add({ logLine, ...draft }) },
      { name, result },
    );
    run.add({ failures, hadTests: open.hadTests || failures > 0 });
  };

  const readTestEvent = (event: JsonRecord, action: string, test: string, open: Open, logLine: number) => {
    open.hadTests = true;
    const seconds = numberAt(event, 'Elapsed');
    if (action === 'fail') {
      open.tests.fail(test, seconds === undefined ? undefined : Math.round(seconds * 1000), logLine);
    } else if (action === 'pass' || action === 'skip') open.tests.leave(test);
  };

  return {
    line: ({ text, number }) => {
      const event = asRecord(parseJsonLine(text));
      const action = stringAt(event, 'Action');
      const name = stringAt(event, 'Package');
      if (action === undefined || name === undefined) return 'ignored';
      const open = openPackage(name);
      if (open === undefined) return 'taken';
      const test = stringAt(event, 'Test');
      if (action === 'output') {
        const output = (stringAt(event, 'Output') ?? '').replace(/\n$/, '');
        if (!FRAME.test(output)) open.tests.line(output, test, number);
      } else if (test !== undefined) readTestEvent(event, action, test, open, number);
      else if (action === 'fail' || action === 'pass' || action === 'skip') {
        endPackage(event, action, name, open, number);
      }
      return 'taken';
    },
    end: ({ exitCode }) => {
      const isCut = packages.size > 0;
      for (const [name, { tests }] of packages) {
        run.add({ ...tests.close(collector, { name, result: 'cut' }), hadTests: true });
      }
      packages.clear();
      if (isCut) run.close({ completeness: 'partial', note: 'a package has no end' });
      else if (exitCode === null)
        run.close({ completeness: 'unknown', note: 'the events do not say which is the last' });
      else run.close({ completeness: 'complete' });
    },
  };
}
