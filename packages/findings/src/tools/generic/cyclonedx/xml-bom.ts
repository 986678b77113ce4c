// The XML form into the shape of the JSON form: lists are elements that hold elements of one name, attributes are fields.
import type { JsonRecord } from '../../../engine/json-fields.ts';
import { readXml } from '../../../engine/read-xml.ts';

/** Lists of the JSON form, by the element that holds them. */
const LISTS = new Set([
  'components',
  'vulnerabilities',
  'references',
  'ratings',
  'cwes',
  'advisories',
  'affects',
  'versions',
  'tools',
]);
/** What the XML form names differently. */
const RENAMED: Record<string, string> = { responses: 'response' };
const NUMBERS = new Set(['score', 'cwe']);
/** Nothing else of a bill of materials is read, and it may be large. */
const SKIPPED = new Set([
  'dependencies',
  'services',
  'hashes',
  'licenses',
  'externalReferences',
  'properties',
]);
/** Attributes that are read. */
const ATTRIBUTES = ['bom-ref', 'ref', 'type'];

type Open = { name: string; fields: Record<string, unknown>; items: unknown[]; text: string };

export function readXmlBom(bytes: Uint8Array): { bom: JsonRecord; problem?: string } {
  const root = openNode('');
  const stack: Open[] = [root];
  let skipping = 0;
  const verdict = readXml(bytes, {
    open: (name, attributes) => {
      if (skipping > 0 || SKIPPED.has(name)) {
        skipping += 1;
        return;
      }
      const node = openNode(name);
      for (const key of ATTRIBUTES) {
        const value = attributes(key);
        if (value !== undefined) node.fields[key] = value;
      }
      stack.push(node);
    },
    text: (text) => {
      const node = stack.at(-1);
      if (skipping === 0 && node !== undefined) node.text += text;
    },
    close: () => {
      if (skipping > 0) {
        skipping -= 1;
        return;
      }
      const node = stack.pop();
      const parent = stack.at(-1);
      if (node !== undefined && parent !== undefined) adopt(parent, node);
    },
  });
  // A document that breaks off leaves elements open; lists keep the items that were closed.
  for (let node = stack.pop(); node !== undefined && node !== root; node = stack.pop()) {
    if (LISTS.has(node.name) || node.name === 'bom') adopt(stack.at(-1) ?? root, node);
  }
  const bom = (root.fields.bom ?? {}) as JsonRecord; // Elements with content become objects in `valueOf`.
  return verdict.problem === undefined ? { bom } : { bom, problem: verdict.problem.note };
}

function openNode(name: string): Open {
  return { name, fields: Object.create(null) as Record<string, unknown>, items: [], text: '' }; // No inherited names.
}

function adopt(parent: Open, node: Open): void {
  const value = valueOf(node);
  parent.items.push(value);
  parent.fields[RENAMED[node.name] ?? node.name] = value;
}

function valueOf(node: Open): unknown {
  if (LISTS.has(node.name) || node.name === 'responses') return node.items;
  if (Object.keys(node.fields).length > 0 || node.name === 'bom') return node.fields;
  const text = node.text.trim();
  return NUMBERS.has(node.name) ? Number(text) : text;
}
