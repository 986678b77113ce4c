// Report files, as bytes that are the same every time.
import { Buffer } from 'node:buffer';

const RULES = 40;

/** One test of fifty fails; some print. */
export function makeJunit(bytesMin: number): Buffer {
  const suites: string[] = [];
  for (let n = 0, chars = 0; chars < bytesMin; n++) {
    const cases = Array.from({ length: 100 }, (_, index) => junitCase(n, index));
    const name = `org.example.part${n % 40}.Module${n}Test`;
    const suite = `  <testsuite name="${name}" tests="100" failures="2" errors="0" skipped="0" time="12.5" timestamp="2026-01-05T10:00:00">\n${cases.join('\n')}\n  </testsuite>\n`;
    suites.push(suite);
    chars += suite.length;
  }
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`,
  );
}

function junitCase(suite: number, index: number): string {
  const named = `    <testcase classname="org.example.part${suite % 40}.Module${suite}Test" name="keeps the promise number ${index} of &lt;Module${suite}&gt;" time="0.${100 + index}"`;
  if (index % 50 === 7) {
    const at = (depth: number) =>
      `\tat org.example.part${suite % 40}.Module${suite}.call${depth}(Module${suite}.java:${10 + depth})`;
    const trace = Array.from({ length: 12 }, (_, depth) => at(depth)).join('\n');
    return `${named}>\n      <failure message="expected: &lt;${index}&gt; but was: &lt;${suite}&gt;" type="org.opentest4j.AssertionFailedError">org.opentest4j.AssertionFailedError: expected: &lt;${index}&gt; but was: &lt;${suite}&gt;\n${trace}\n</failure>\n    </testcase>`;
  }
  if (index % 25 !== 3) return `${named}/>`;
  const printed = `10:00:00.${index} DEBUG connection ${suite} opened, nothing to do\n`.repeat(8);
  return `${named}>\n      <system-out><![CDATA[${printed}]]></system-out>\n    </testcase>`;
}

export function makeSarif(bytesMin: number): Buffer {
  const rules = Array.from({ length: RULES }, (_, n) => ({
    id: `rule-${n}`,
    helpUri: `https://linter.example/rules/rule-${n}`,
    properties: { tags: ['maintainability'] },
    shortDescription: { text: `Never do number ${n}` },
  }));
  const results = repeat(bytesMin, (n) => {
    const path = `packages/part-${n % 25}/src/module-${n % 900}.ts`;
    const region = {
      startLine: 1 + (n % 3000),
      startColumn: 1 + (n % 60),
      endLine: 1 + (n % 3000),
      endColumn: 9 + (n % 60),
    };
    return {
      ruleId: `rule-${n % RULES}`,
      ruleIndex: n % RULES,
      level: n % 3 === 0 ? 'error' : 'warning',
      message: { text: `'call${n}' is used before its value is known; declare it above, or pass it in` },
      locations: [{ physicalLocation: { artifactLocation: { uri: path, uriBaseId: '%SRCROOT%' }, region } }],
      partialFingerprints: { primaryLocationLineHash: `${(n * 2_654_435_761) % 4_294_967_296}:1` },
    };
  });
  const driver = { name: 'Linter', version: '4.2.0', informationUri: 'https://linter.example', rules };
  const run = {
    tool: { driver },
    originalUriBaseIds: { '%SRCROOT%': { uri: 'file:///workspace/' } },
    columnKind: 'utf16CodeUnits',
    results,
  };
  return Buffer.from(
    JSON.stringify(
      { version: '2.1.0', $schema: 'https://json.schemastore.org/sarif-2.1.0.json', runs: [run] },
      null,
      2,
    ),
  );
}

export function makeEslint(bytesMin: number): Buffer {
  const files = repeat(bytesMin, (n) => {
    const messages = Array.from({ length: n % 7 }, (_, index) => ({
      ruleId: `rule-${(n + index) % RULES}`,
      severity: 1 + (index % 2),
      message: `'call${n}' is assigned a value but never used.`,
      line: 1 + 3 * index,
      column: 7,
      nodeType: 'Identifier',
      messageId: 'unusedVar',
      endLine: 1 + 3 * index,
      endColumn: 14,
    }));
    const source = Array.from(
      { length: 30 },
      (_, line) => `export const value${line} = call${n}(given, 'of something');\n`,
    ).join('');
    const errorCount = messages.filter(({ severity }) => severity === 2).length;
    const counts = {
      errorCount,
      fatalErrorCount: 0,
      warningCount: messages.length - errorCount,
      fixableErrorCount: 0,
      fixableWarningCount: 0,
    };
    // The source of a file without messages is left out.
    const shown = messages.length === 0 ? {} : { source };
    return {
      filePath: `/workspace/packages/part-${n % 25}/src/module-${n}.ts`,
      messages,
      suppressedMessages: [],
      ...counts,
      ...shown,
      usedDeprecatedRules: [],
    };
  });
  return Buffer.from(JSON.stringify(files));
}

function repeat<Item>(bytesMin: number, make: (n: number) => Item): Item[] {
  const items: Item[] = [];
  for (let n = 0, chars = 0; chars < bytesMin; n++) {
    const item = make(n);
    items.push(item);
    chars += JSON.stringify(item).length;
  }
  return items;
}
