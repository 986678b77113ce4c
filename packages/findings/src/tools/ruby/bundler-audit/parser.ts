import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { createFieldBlocks, type FieldBlock } from '../../../engine/field-blocks.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { advisoryToDraft, type GemAdvisory, insecureSourceToDraft } from './advisory.ts';

const FIELD = /^(?<key>Name|Version|CVE|GHSA|Advisory|Criticality|URL|Title|Solution): (?<value>.*)$/;
const SOURCE = /^Insecure Source URI found: (?<source>.*)$/;
const END =
  /^(?:(?:Vulnerabilities|Unpatched versions) found!|No (?:vulnerabilities|unpatched versions) found)$/;
const FAULT =
  /^(?:Could not find "[^"]{1,300}\.lock" in |Failed (?:updating|to download) ruby-advisory-db|No such database)/;

/** Blocks of fields with a blank line between them, then the verdict. */
export function createBundlerAuditParser(collector: LogCollector): LogParser {
  const blocks = createFieldBlocks(['Name', 'Version'], (block) => {
    const advisory = toAdvisory(block);
    if (advisory !== undefined) collector.add(advisoryToDraft(advisory, collector));
  });

  return {
    line: (line) => {
      if (END.test(line.head)) {
        blocks.close();
        collector.closeRun({ completeness: 'complete' });
        return 'taken';
      }
      if (FAULT.test(line.head)) {
        reportToolFault(collector, { text: line.text, logLine: line.number });
        return 'taken';
      }
      const source = SOURCE.exec(line.head)?.groups?.source;
      if (source !== undefined) {
        blocks.close();
        collector.add(insecureSourceToDraft(source, line.number));
        return 'taken';
      }
      const field = FIELD.exec(line.head)?.groups;
      if (field?.key !== undefined) return blocks.field(field.key, field.value ?? '', line);
      blocks.close();
      return 'ignored';
    },
    end: blocks.close,
  };
}

/** Undefined when the block is not one of bundler-audit. */
function toAdvisory({ fields, logLine }: FieldBlock): GemAdvisory | undefined {
  const name = fields.get('Name');
  const version = fields.get('Version');
  const solution = fields.get('Solution');
  const ids = ['CVE', 'Advisory', 'GHSA'].map((key) => fields.get(key) ?? '').filter((id) => id !== '');
  if (name === undefined || version === undefined || solution === undefined || ids.length === 0)
    return undefined;
  return {
    name,
    version,
    title: fields.get('Title') ?? `vulnerability in ${name}`,
    ids,
    url: fields.get('URL') || undefined,
    criticality: fields.get('Criticality') || undefined,
    patched: [...solution.slice(0, 2000).matchAll(/'([^']{1,100})'/g)].map((match) => match[1] ?? ''),
    logLine,
  };
}
