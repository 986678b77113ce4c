import type { Tool } from '../../../core/tool.ts';
import { missingCommand } from '../../../engine/missing-command.ts';
import { createGolangciParser } from './parser.ts';
import { parseGolangciJson } from './report.ts';

/** golangci-lint as it is read by people and as JSON; its other formats are SARIF, JUnit, checkstyle and Code Climate. */
export const tool: Tool = {
  name: 'go/golangci-lint',
  title: 'golangci-lint',
  family: 'golangci-lint',
  versions: 'golangci-lint 2.15',
  evidence: 'captured',
  docs: ['https://golangci-lint.run/docs/configuration/file/#output-configuration'],
  logs: [
    {
      format: 'golangci-lint-text',
      hint: /^(?:[A-Za-z]:)?[^\s:][^:]{0,400}:\d{1,7}:.{0,4000} \([a-z][a-z0-9_-]{1,40}\)$|^\d{1,7} issues[.:]$|^level=error msg=|^Error: .{0,200}golangci|^\{"Issues":|^\S{1,300}\.go:\d{1,7}: : # \S/,
      createParser: createGolangciParser,
    },
    missingCommand('golangci-lint'),
  ],
  reports: [
    {
      format: 'golangci-lint-json',
      sniff: ({ text }) => /^\{\s{0,20}"Issues":\s{0,20}(?:\[|null)/.test(text),
      parse: parseGolangciJson,
    },
  ],
};
