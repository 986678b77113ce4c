import type { Tool } from '../../../core/tool.ts';
import { parseTrivy } from './parser.ts';

/** Vulnerabilities, misconfigurations, secrets and licences of images, file systems and repositories. */
export const tool: Tool = {
  name: 'generic/trivy',
  title: 'Trivy',
  family: 'trivy',
  versions: 'JSON schema 1 (before 0.20) and 2',
  evidence: 'documented',
  docs: [
    'https://trivy.dev/latest/docs/configuration/reporting/#json',
    'https://github.com/aquasecurity/trivy/blob/main/pkg/types/report.go',
  ],
  reports: [
    {
      format: 'trivy-json',
      sniff: ({ text }) =>
        (/^\{\s{0,20}"SchemaVersion":\s{0,5}2\b/.test(text) && /"ArtifactName":/.test(text)) ||
        /^\[\s{0,20}\{\s{0,20}"Target":\s{0,5}"/.test(text),
      parse: parseTrivy,
    },
  ],
};
