import type { ExportFormat } from '@crafting-table/contracts/finding-lists';
import { createCodeQualityWriter } from './code-quality.ts';
import type { ExportedJob, FindingWriter } from './finding-writer.ts';
import { createGithubWriter } from './github.ts';
import { createJunitWriter } from './junit.ts';
import { createSarifWriter } from './sarif.ts';

export function openWriter(format: ExportFormat, job: ExportedJob): FindingWriter {
  switch (format) {
    case 'sarif':
      return createSarifWriter(job);
    case 'junit':
      return createJunitWriter(job);
    case 'codequality':
      return createCodeQualityWriter();
    case 'github':
      return createGithubWriter();
  }
}
