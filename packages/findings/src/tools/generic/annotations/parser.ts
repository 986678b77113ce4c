import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { PathResolver } from '../../../core/repository-path.ts';
import { LINTER_SEVERITY, levelFromWord, TEST_SEVERITY } from '../../../core/severity.ts';
import type { LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { type Annotation, readAnnotation } from './annotation.ts';

/** Each line is whole by itself. */
export function createAnnotationsParser(collector: LogCollector): LogParser {
  return {
    line: (line) => {
      const annotation = readAnnotation(line.text);
      if (annotation === undefined) return 'ignored';
      collector.add(toDraft(annotation, line, collector.resolve));
      return 'taken';
    },
    end: () => {},
  };
}

const TEST_FILE = /[._-](?:test|spec)s?\.[a-z]{1,4}$|(?:^|\/)test_[^/]*\.py$/i;

function toDraft(annotation: Annotation, line: LogLine, resolve: PathResolver): FindingDraft {
  const { word, properties } = annotation;
  const level = word === 'notice' ? 'note' : (levelFromWord(word) ?? 'error');
  const file = properties.get('file');
  const title = properties.get('title');
  const shared = {
    level,
    place: { path: file, region: readRegion(properties) },
    rawSeverity: word,
    logLine: line.number,
  };
  // vitest and its kin title a failure with `file > suite > test`.
  const test = title !== undefined && TEST_FILE.test(file ?? '') ? nameOfTest(title) : undefined;
  if (test !== undefined) {
    return {
      ...shared,
      kind: 'test_failure',
      severity: TEST_SEVERITY.failed,
      text: annotation.message,
      test: {
        name: test,
        outcome: 'failed',
        ...(file === undefined ? {} : { suite: resolve(file).path ?? file }),
      },
    };
  }
  const rule = title === undefined ? undefined : ruleIn(title);
  return {
    ...shared,
    kind: 'lint',
    severity: LINTER_SEVERITY[level],
    text: tell(annotation.message, title, rule),
    rule: { id: rule, name: rule === undefined ? title : undefined },
  };
}

function readRegion(properties: Annotation['properties']) {
  const number = (name: string) => {
    const stated = properties.get(name);
    return stated !== undefined && /^\d{1,10}$/.test(stated) ? Number(stated) : undefined;
  };
  return {
    line: number('line'),
    col: number('col') ?? number('column'),
    endLine: number('endLine'),
    endCol: number('endColumn'),
  };
}

/** `ruff (F401)`, `no-undef`, `TS2322`; a sentence is no rule. */
function ruleIn(title: string): string | undefined {
  const inside = / \(([^()\s]{1,100})\)$/.exec(title)?.[1];
  if (inside !== undefined) return inside;
  return /^(?:[A-Z]{1,8}-?\d{1,6}|[@a-z][\w@/.]{0,60}(?:[-/][\w@/.]{1,60}){1,8})$/.test(title)
    ? title
    : undefined;
}

/** Some put the message into the title, and a trace into the message. */
function tell(message: string, title: string | undefined, rule: string | undefined): string {
  const isTrace = /^\s*(?:at |$)/.test(message);
  return isTrace && title !== undefined ? `${title}\n${message}` : withoutPlace(message, rule);
}

/** ruff repeats place and rule in the message: `a.py:1:2: F401 …`. */
function withoutPlace(message: string, rule: string | undefined): string {
  const place = /^[^\s:][^:\n]{0,400}:\d{1,7}:\d{1,7}: /.exec(message)?.[0] ?? '';
  const rest = message.slice(place.length);
  if (place === '' || rule === undefined || !rest.startsWith(rule)) return rest;
  return rest.slice(rule.length).replace(/^:? /, '');
}

function nameOfTest(title: string): string | undefined {
  const parts = title.split(' > ');
  return parts.length < 2 ? undefined : parts.slice(1).join(' > ');
}
