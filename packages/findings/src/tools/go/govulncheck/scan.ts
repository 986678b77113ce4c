import type { FindingCollector } from '../../../core/finding-collector.ts';
import {
  asRecord,
  field,
  isRecord,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { flawToDraft, type GoFlaw, type Reach } from './flaw.ts';

const FLAWS_MAX = 20_000;
const RANK = { required: 0, imported: 1, called: 2 } as const;

export type Scan = {
  /** False when the document is no part of a scan. */
  add: (document: unknown) => boolean;
  isOpen: () => boolean;
  version: () => string | undefined;
  databaseAt: () => string | undefined;
  /** Hands over each flaw once, as near as the code comes to it. */
  close: (collector: FindingCollector) => void;
};

const MEMBERS = ['config', 'SBOM', 'progress', 'osv', 'finding'];

/** Of one flaw several findings are printed: the module has it, a package of it is imported, a function of it is called. */
export function createScan(): Scan {
  const advisories = new Map<string, JsonRecord>();
  const flaws = new Map<string, GoFlaw>();
  let isOpen = false;
  let version: string | undefined;
  let databaseAt: string | undefined;

  const addFinding = (finding: JsonRecord) => {
    const flaw = readFinding(finding);
    const key = `${flaw.id} ${flaw.module}`;
    const known = flaws.get(key);
    if (known === undefined) {
      if (flaws.size < FLAWS_MAX) flaws.set(key, flaw);
    } else if (RANK[flaw.reach] > RANK[known.reach]) flaws.set(key, flaw);
    else if (flaw.reach === known.reach && known.calls.length < 20) {
      flaws.set(key, { ...known, calls: [...known.calls, ...flaw.calls] });
    }
  };

  return {
    add: (document) => {
      const member = isRecord(document) ? MEMBERS.find((name) => isRecord(field(document, name))) : undefined;
      if (member === undefined) return false;
      const value = recordAt(asRecord(document), member);
      if (member === 'config') {
        isOpen = stringAt(value, 'protocol_version') !== undefined;
        version = stringAt(value, 'scanner_version');
        databaseAt = stringAt(value, 'db_last_modified');
      } else if (isOpen && member === 'osv') advisories.set(stringAt(value, 'id') ?? '', value);
      else if (isOpen && member === 'finding') addFinding(value);
      return isOpen;
    },
    isOpen: () => isOpen,
    version: () => version,
    databaseAt: () => databaseAt,
    close: (collector) => {
      for (const flaw of flaws.values()) {
        const advisory = advisories.get(flaw.id) ?? {};
        const stated = {
          aliases: stringsAt(advisory, 'aliases'),
          title: stringAt(advisory, 'summary') ?? flaw.title,
          detail: stringAt(advisory, 'details'),
        };
        if (stringAt(advisory, 'withdrawn') === undefined)
          collector.add(flawToDraft({ ...flaw, ...stated }, collector));
      }
      advisories.clear();
      flaws.clear();
      isOpen = false;
    },
  };
}

function readFinding(finding: JsonRecord): GoFlaw {
  const trace = recordsAt(finding, 'trace');
  const first = trace[0] ?? {};
  const reach: Reach =
    stringAt(first, 'function') !== undefined
      ? 'called'
      : stringAt(first, 'package') !== undefined
        ? 'imported'
        : 'required';
  const id = stringAt(finding, 'osv') ?? '';
  // The trace goes from the flaw to the project's own code.
  const call = trace.findLast((frame) => isRecord(field(frame, 'position')));
  const module = stringAt(first, 'module') ?? '(no name)';
  return {
    id,
    title: `vulnerability in ${module}`,
    module,
    installed: stringAt(first, 'version'),
    fixed: stringAt(finding, 'fixed_version'),
    reach,
    calls: reach === 'called' && call !== undefined ? [readCall(call, first)] : [],
  };
}

function readCall(frame: JsonRecord, flawed: JsonRecord): GoFlaw['calls'][number] {
  const position = recordAt(frame, 'position');
  const callee = [stringAt(flawed, 'package'), stringAt(flawed, 'receiver'), stringAt(flawed, 'function')];
  return {
    path: stringAt(position, 'filename'),
    region: { line: numberAt(position, 'line'), col: numberAt(position, 'column') },
    message: `${stringAt(frame, 'function') ?? 'code'} calls ${callee.filter(Boolean).join('.')}`,
  };
}
