import { MESSAGE_CHARS_MAX } from '../../../core/limits.ts';
import { field, type JsonRecord, recordAt, stringAt, stringsAt } from '../../../engine/json-fields.ts';

/** Text of a SARIF message: stated, or looked up by id in the rule, with its arguments put in. */
export function readMessage(message: JsonRecord, rule: JsonRecord): string | undefined {
  const text = stringAt(message, 'text') ?? stringAt(message, 'markdown') ?? lookUp(message, rule);
  return text === undefined ? undefined : fillIn(text, stringsAt(message, 'arguments'));
}

function lookUp(message: JsonRecord, rule: JsonRecord): string | undefined {
  const id = stringAt(message, 'id');
  if (id === undefined) return undefined;
  const template = field(recordAt(rule, 'messageStrings'), id);
  return typeof template === 'object' && template !== null
    ? stringAt(template as JsonRecord, 'text')
    : undefined; // An object is one.
}

/** `{0}` stands for the first argument, `{{` for a brace. Long arguments are cut, or a few could fill the memory. */
function fillIn(text: string, values: readonly string[]): string {
  if (values.length === 0) return text;
  return text.replaceAll(/\{\{|\}\}|\{(\d{1,3})\}/g, (found, index: string | undefined) => {
    if (index === undefined) return found.charAt(0);
    return values[Number(index)]?.slice(0, MESSAGE_CHARS_MAX) ?? found;
  });
}
