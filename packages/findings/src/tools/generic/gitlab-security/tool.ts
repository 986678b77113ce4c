import type { Tool } from '../../../core/tool.ts';
import { parseGitlabSecurity } from './parser.ts';

/** Reports of security scanners as GitLab takes them: code, dependencies, secrets, containers. */
export const tool: Tool = {
  name: 'generic/gitlab-security',
  title: 'GitLab security reports',
  family: 'gitlab-security',
  versions: 'schema 15 of semgrep 1.182; dependency and secret scans after the schemas',
  evidence: 'captured',
  docs: [
    'https://docs.gitlab.com/user/application_security/terminology/#report-artifacts',
    'https://gitlab.com/gitlab-org/security-products/security-report-schemas',
  ],
  reports: [
    {
      format: 'gitlab-security',
      sniff: ({ text }) =>
        text.startsWith('{') &&
        /"vulnerabilities":\s{0,20}\[/.test(text) &&
        (/security-report-schemas/.test(text.slice(0, 2000)) ||
          /"scan":\s{0,20}\{/.test(text) ||
          /"category":\s{0,20}"(?:sast|dependency_scanning|container_scanning|secret_detection)"/.test(text)),
      parse: parseGitlabSecurity,
    },
  ],
};
