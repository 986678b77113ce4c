import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { LINTER_SEVERITY } from '../../../core/severity.ts';
import type { FindingLevel } from '@crafting-table/contracts/finding';

export type BiomeDiagnostic = {
  path: string;
  region?: StatedRegion | undefined;
  category: string;
  level: FindingLevel;
  message: string;
};

/** What text and JSON have in common, so that one problem read twice is one finding. */
export function toDraft({ path, region, category, level, message }: BiomeDiagnostic): FindingDraft {
  const isConfiguration = /^(?:deserialize$|configuration|fs\/)/.test(category);
  const kind = category === 'format' ? 'format' : isConfiguration ? 'config_error' : 'lint';
  return {
    kind,
    level,
    // Biome could not read the file at all: no rule has looked at it.
    severity: category === 'parse' || isConfiguration ? 'high' : LINTER_SEVERITY[level],
    text: message,
    place: { path, region },
    rule: { id: category },
    rawSeverity: level,
  };
}
