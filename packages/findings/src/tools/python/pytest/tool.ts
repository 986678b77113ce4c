import type { Tool } from '../../../core/tool.ts';
import { missingHint } from '../missing-tool.ts';
import { createPytestParser, PYTEST_NAMES } from './parser.ts';

/** The tests of most Python projects. Its XML is read by generic/junit-xml, with the same suites and names. */
export const tool: Tool = {
  name: 'python/pytest',
  title: 'pytest',
  family: 'pytest',
  versions: 'pytest 9.2, pytest-xdist 3.8',
  evidence: 'captured',
  docs: ['https://docs.pytest.org/en/stable/how-to/output.html'],
  logs: [
    {
      format: 'pytest-text',
      hint: new RegExp(
        [
          '^===|^!!!|^INTERNALERROR>|^platform .{1,80}, pytest-|^ImportError while loading conftest',
          '^ERROR: (?:usage: |file or directory not found|not found: |found no collectors|module or package)',
          '^\\d{1,9} (?:passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?)(?: in |, )|^no tests ran in ',
          missingHint(PYTEST_NAMES),
        ].join('|'),
      ),
      createParser: createPytestParser,
    },
  ],
};
