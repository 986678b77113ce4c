import type { Tool } from '../../../core/tool.ts';
import { parseCodeQuality } from './parser.ts';

/** The list of problems that GitLab takes from any linter. It does not name the linter. */
export const tool: Tool = {
  name: 'generic/gitlab-code-quality',
  title: 'GitLab code quality',
  family: 'gitlab-code-quality',
  versions: 'of ruff 0.17 and eslint-formatter-gitlab 7.2',
  evidence: 'captured',
  docs: ['https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format'],
  reports: [
    {
      format: 'gitlab-code-quality',
      sniff: ({ text }) => {
        const head = text.slice(0, 8000);
        return (
          /^\[\s{0,20}\{/.test(head) &&
          /"fingerprint":/.test(head) &&
          /"location":\s{0,20}\{\s{0,20}"path":/.test(head)
        );
      },
      parse: parseCodeQuality,
    },
  ],
};
