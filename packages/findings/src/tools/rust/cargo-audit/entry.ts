// One entry of cargo-audit in whatever format, and the finding it makes.
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { type CrateAdvisory, crateFlawToDraft, cratePolicyToDraft } from '../crate-flaw.ts';

export type AuditEntry = Omit<CrateAdvisory, 'id'> & {
  /** What is yanked has no advisory. */
  id: string | undefined;
  /** `unmaintained`, `unsound`, `yanked`, `notice`; undefined for a vulnerability. */
  warning: string | undefined;
};

export function auditEntryToDraft(entry: AuditEntry, collector: FindingCollector): FindingDraft {
  const { id, warning, crate, title, ...stated } = entry;
  if (warning !== undefined || id === undefined) {
    const rule = warning ?? 'notice';
    return cratePolicyToDraft(
      { ...stated, id, crate, rule, kind: 'policy', level: 'warning', text: title },
      collector,
    );
  }
  return crateFlawToDraft({ ...stated, id, crate, title }, collector);
}
