import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { readXml } from '../../../engine/read-xml.ts';
import { type Frame, FRAMES_MAX, type Stack, STACKS_MAX } from '../stack-place.ts';
import { FATAL_SIGNAL, problemToDraft, type ValgrindProblem } from './problem.ts';

type Fields = Record<string, string>;

/** XML protocol 4, of any tool of valgrind. Only the state FINISHED says that the program ran to its end. */
export function parseValgrindXml(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('valgrind');
  const state = { isFinished: false, version: undefined as string | undefined };
  let problem: ValgrindProblem | undefined;
  let frame: Fields | undefined;
  let text = '';

  const close = (name: string, value: string) => {
    if (name === 'frame') addFrame(problem?.stacks.at(-1), frame ?? {});
    if (name === 'frame') frame = undefined;
    else if (frame !== undefined) frame[name] = value;
    else if (problem !== undefined) closeField(name, value);
    else if (name === 'state') state.isFinished = value === 'FINISHED';
    else if (name === 'line') state.version ??= /^Using Valgrind-(\d[\w.]{0,30}) /.exec(value)?.[1];
  };

  const closeField = (name: string, value: string) => {
    if (problem === undefined) return;
    if (name === 'error' || name === 'fatal_signal') {
      if (name === 'fatal_signal') problem.stacks.splice(1);
      collector.add(problemToDraft(problem, collector));
      problem = undefined;
    } else if (name === 'kind') problem.kind = value;
    else if (name === 'what' || name === 'text') problem.text = value;
    else if (name === 'signame') problem.text = `Process terminating with ${value}`;
    else if (name === 'auxwhat') {
      problem.detail = problem.detail === undefined ? value : `${problem.detail}\n${value}`;
      label = value;
    }
  };
  let label = '';

  const verdict = readXml(file.bytes, {
    open: (name) => {
      text = '';
      if (name === 'error') problem = { text: '', stacks: [] };
      if (name === 'fatal_signal') problem = { kind: FATAL_SIGNAL, text: '', stacks: [] };
      if (name === 'error' || name === 'fatal_signal') label = '';
      if (name === 'frame') frame = {};
      if (name === 'stack' && problem !== undefined && problem.stacks.length < STACKS_MAX) {
        problem.stacks.push({ label, frames: [] });
      }
    },
    text: (part) => {
      text += part;
    },
    close: (name) => {
      close(name, text.trim());
      text = '';
    },
  });
  const { version } = state;
  if (verdict.problem === undefined && state.isFinished) {
    return reader.close(collector, { completeness: 'complete', version });
  }
  const note = verdict.problem?.note ?? 'the program did not run to its end';
  const isNothing = verdict.problem?.kind === 'refused';
  reader.close(collector, { completeness: isNothing ? 'failed' : 'partial', version, note });
}

function addFrame(stack: Stack | undefined, fields: Fields): void {
  const { dir, file, line, fn } = fields;
  if (stack === undefined || file === undefined || line === undefined || stack.frames.length >= FRAMES_MAX)
    return;
  const frame: Frame = { path: dir === undefined ? file : `${dir}/${file}`, line: Number(line), name: fn };
  stack.frames.push(frame);
}
