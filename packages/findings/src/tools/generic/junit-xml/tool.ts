import type { Tool } from '../../../core/tool.ts';
import { parseJunit } from './parser.ts';

/** The XML that nearly every test tool writes, each in its own dialect. There is no standard, only habits. */
export const tool: Tool = {
  name: 'generic/junit-xml',
  title: 'JUnit XML',
  family: 'junit-xml',
  versions:
    'pytest 9 (xunit1, xunit2), node 24 --test, vitest 5, ctest 3.25, surefire 3.5, nextest 0.9, minitest 5.17',
  evidence: 'captured',
  docs: [
    'https://github.com/testmoapp/junitxml',
    'https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd',
    'https://docs.pytest.org/en/stable/how-to/output.html#creating-junitxml-format-files',
  ],
  reports: [
    {
      format: 'junit-xml',
      sniff: ({ text, xmlRoot }) =>
        xmlRoot === 'testsuites' ||
        (xmlRoot === 'testsuite' && !/<testsuite\s[^>]{0,2000}xmlns="[^"]*nunit/i.test(text)),
      parse: parseJunit,
    },
  ],
};
