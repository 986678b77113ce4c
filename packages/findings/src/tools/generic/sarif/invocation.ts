// A tool that did not do its work says so in `invocations`; without looking there its silence would pass for a clean result.
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { type JsonRecord, field, recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import type { LocationReader } from './location.ts';
import { readMessage } from './message.ts';

/** `--warn-as-error` and its like: levels that this run gave to rules, over what the rules say of themselves. */
export function readLevelOverrides(run: JsonRecord): ReadonlyMap<string, string> {
  const levels = new Map<string, string>();
  for (const invocation of recordsAt(run, 'invocations')) {
    for (const override of recordsAt(invocation, 'ruleConfigurationOverrides')) {
      const id = stringAt(recordAt(override, 'descriptor'), 'id');
      const level = stringAt(recordAt(override, 'configuration'), 'level');
      if (id !== undefined && level !== undefined) levels.set(id, level);
    }
  }
  return levels;
}

/** One draft per fault; none when every invocation went well. */
export function readFaults(run: JsonRecord, readLocation: LocationReader): FindingDraft[] {
  return recordsAt(run, 'invocations').flatMap((invocation) => {
    const notifications = [
      ...recordsAt(invocation, 'toolExecutionNotifications'),
      ...recordsAt(invocation, 'toolConfigurationNotifications'),
    ].filter((notification) => stringAt(notification, 'level') === 'error');
    const told = notifications.map((notification) => readNotification(notification, readLocation));
    const hasFailed = field(invocation, 'executionSuccessful') === false;
    return told.length === 0 && hasFailed ? [toolError(describeExit(invocation))] : told;
  });
}

function readNotification(notification: JsonRecord, readLocation: LocationReader): FindingDraft {
  const location = recordsAt(notification, 'locations')[0];
  const exception = stringAt(recordAt(notification, 'exception'), 'message');
  const message =
    readMessage(recordAt(notification, 'message'), {}, {}) ?? exception ?? 'the tool reported an error';
  return {
    ...toolError(message),
    rule: { id: stringAt(recordAt(notification, 'descriptor'), 'id') },
    place: location && readLocation(location),
  };
}

function describeExit(invocation: JsonRecord): string {
  const code = field(invocation, 'exitCode');
  const reason =
    stringAt(invocation, 'exitCodeDescription') ??
    stringAt(invocation, 'processStartFailureMessage') ??
    stringAt(invocation, 'exitSignalName') ??
    (typeof code === 'number' ? `exit code ${code}` : 'no reason stated');
  return `the tool did not finish its work: ${reason}`;
}

function toolError(text: string): FindingDraft {
  return { kind: 'tool_error', level: 'error', severity: 'high', text };
}
