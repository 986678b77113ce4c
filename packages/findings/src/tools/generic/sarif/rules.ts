// Finds the rule of a result: by index, by id, by id of a parent (`CA1000/1`), in the driver or in an extension.
import { type JsonRecord, numberAt, recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';

export type SarifRule = {
  id: string | undefined;
  record: JsonRecord;
  /** The driver or extension that the rule is of. */
  component: JsonRecord;
};

export type RuleBook = { find: (result: JsonRecord) => SarifRule };

type Component = {
  record: JsonRecord;
  name: string | undefined;
  rules: readonly JsonRecord[];
  byId: Map<string, JsonRecord>;
};

const NO_RULE: JsonRecord = Object.freeze({});

/** `tool`: the `tool` object of one run. */
export function openRuleBook(tool: JsonRecord): RuleBook {
  const driver = openComponent(recordAt(tool, 'driver'));
  const extensions = recordsAt(tool, 'extensions').map(openComponent);
  return {
    find: (result) => {
      const reference = recordAt(result, 'rule');
      const component = chooseComponent(recordAt(reference, 'toolComponent'), driver, extensions);
      const index = numberAt(result, 'ruleIndex') ?? numberAt(reference, 'index') ?? -1;
      const id = stringAt(result, 'ruleId') ?? stringAt(reference, 'id');
      const record =
        findById(component, id) ?? component.rules[index] ?? findInAny(id, [driver, ...extensions]);
      return {
        id: id ?? (record && stringAt(record, 'id')),
        record: record ?? NO_RULE,
        component: component.record,
      };
    },
  };
}

function openComponent(record: JsonRecord): Component {
  const rules = recordsAt(record, 'rules');
  const byId = new Map<string, JsonRecord>();
  for (const rule of rules) {
    const id = stringAt(rule, 'id');
    if (id !== undefined && !byId.has(id)) byId.set(id, rule);
  }
  return { record, name: stringAt(record, 'name'), rules, byId };
}

function chooseComponent(
  reference: JsonRecord,
  driver: Component,
  extensions: readonly Component[],
): Component {
  const byIndex = extensions[numberAt(reference, 'index') ?? -1];
  const name = stringAt(reference, 'name');
  const byName = name === undefined ? undefined : extensions.find((extension) => extension.name === name);
  return byIndex ?? byName ?? driver;
}

function findById(component: Component, id: string | undefined): JsonRecord | undefined {
  if (id === undefined) return undefined;
  const parent = id.includes('/') ? component.byId.get(id.slice(0, id.lastIndexOf('/'))) : undefined;
  return component.byId.get(id) ?? parent;
}

function findInAny(id: string | undefined, components: readonly Component[]): JsonRecord | undefined {
  for (const component of components) {
    const record = findById(component, id);
    if (record !== undefined) return record;
  }
  return undefined;
}
