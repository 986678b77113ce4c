import type { FindingDraft } from '../../core/finding-collector.ts';
import { COMPILER_SEVERITY } from '../../core/severity.ts';
import type { BlockDiagnostic } from './diagnostic-blocks.ts';

export function compileErrorDraft(diagnostic: BlockDiagnostic): FindingDraft {
  const isConfig = /\.(?:mod|work)$/.test(diagnostic.path);
  return {
    kind: isConfig ? 'config_error' : 'compile_error',
    severity: COMPILER_SEVERITY.error,
    level: 'error',
    text: diagnostic.message,
    detail: diagnostic.detail.join('\n'),
    place: { path: diagnostic.path, region: diagnostic.region },
    logLine: diagnostic.logLine,
    extra: diagnostic.package === undefined ? undefined : { package: diagnostic.package },
  };
}
