import { MESSAGE_CHARS_MAX } from '../../../core/limits.ts';
import { type JsonRecord, recordAt, stringAt, stringsAt } from '../../../engine/json-fields.ts';

/**
 * Text of a SARIF message: stated, or looked up by id in the rule or else in the tool component, with its arguments put in.
 * Links into the related locations (`a [value](1)`) leave their text.
 */
export function readMessage(
  message: JsonRecord,
  rule: JsonRecord,
  component: JsonRecord,
): string | undefined {
  const text = stringAt(message, 'text') ?? stringAt(message, 'markdown') ?? lookUp(message, rule, component);
  if (text === undefined) return undefined;
  return fillIn(text, stringsAt(message, 'arguments')).replaceAll(/\[([^[\]]{1,500})\]\(\d{1,5}\)/g, '$1');
}

function lookUp(message: JsonRecord, rule: JsonRecord, component: JsonRecord): string | undefined {
  const id = stringAt(message, 'id');
  if (id === undefined) return undefined;
  const ofRule = stringAt(recordAt(recordAt(rule, 'messageStrings'), id), 'text');
  return ofRule ?? stringAt(recordAt(recordAt(component, 'globalMessageStrings'), id), 'text');
}

/** `{0}` stands for the first argument, `{{` for a brace. Long arguments are cut, or a few could fill the memory. */
function fillIn(text: string, values: readonly string[]): string {
  if (values.length === 0) return text;
  return text.replaceAll(/\{\{|\}\}|\{(\d{1,3})\}/g, (found, index: string | undefined) => {
    if (index === undefined) return found.charAt(0);
    return values[Number(index)]?.slice(0, MESSAGE_CHARS_MAX) ?? found;
  });
}
