import type { StatedPlace } from '../../../core/finding-collector.ts';
import { URI_BASE_HOPS_MAX } from '../../../core/limits.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { decodePercent } from '../../../core/repository-path.ts';
import {
  field,
  isRecord,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';

export type LocationReader = (location: JsonRecord) => StatedPlace | undefined;

/** Reads the locations of one run: its artifacts, its base URIs, its unit of columns. */
export function openLocations(run: JsonRecord): LocationReader {
  const artifacts = recordsAt(run, 'artifacts');
  const bases = recordAt(run, 'originalUriBaseIds');
  const unit = stringAt(run, 'columnKind') === 'unicodeCodePoints' ? 'codepoint' : 'utf16';
  const readPath = openPaths(artifacts, bases);
  return (location) => {
    const physical = recordAt(location, 'physicalLocation');
    const path = readPath(recordAt(physical, 'artifactLocation'));
    return path === undefined ? undefined : { path, region: readRegion(recordAt(physical, 'region'), unit) };
  };
}

/** A file with one result mostly has many. */
function openPaths(
  artifacts: readonly JsonRecord[],
  bases: JsonRecord,
): (artifact: JsonRecord) => string | undefined {
  const known = new Map<string | undefined, Map<string, string>>();
  return (artifact) => {
    const indexed = artifacts[numberAt(artifact, 'index') ?? -1];
    const stated =
      stringAt(artifact, 'uri') === undefined && indexed ? recordAt(indexed, 'location') : artifact;
    const uri = stringAt(stated, 'uri');
    if (uri === undefined) return undefined;
    const baseId = stringAt(stated, 'uriBaseId');
    const ofBase = known.get(baseId) ?? new Map<string, string>();
    const path = ofBase.get(uri) ?? pathOf(uri, baseId, bases);
    known.set(baseId, ofBase.set(uri, path));
    return path;
  };
}

function pathOf(uri: string, baseId: string | undefined, bases: JsonRecord): string {
  return isAbsoluteUri(uri) ? uri : withBase(decodePercent(uri), baseId, bases);
}

/** `file:` stays encoded, because the path resolver takes URIs apart itself. A drive letter is no scheme. */
function isAbsoluteUri(uri: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]{1,20}:/.test(uri);
}

/** A base may stand on another base. A base without a URI means the root of the sources, which is where we resolve anyway. */
function withBase(path: string, baseId: string | undefined, bases: JsonRecord): string {
  let joined = path;
  let id = baseId;
  for (let hop = 0; id !== undefined && hop < URI_BASE_HOPS_MAX; hop++) {
    const base = field(bases, id);
    if (!isRecord(base)) return joined;
    const uri = stringAt(base, 'uri') ?? '';
    if (isAbsoluteUri(uri)) return `${uri.replace(/\/?$/, '/')}${encodeURI(joined)}`;
    joined = `${decodePercent(uri)}${uri === '' || uri.endsWith('/') ? '' : '/'}${joined}`;
    id = stringAt(base, 'uriBaseId');
  }
  return joined;
}

function readRegion(region: JsonRecord, unit: 'codepoint' | 'utf16'): StatedRegion {
  return {
    line: numberAt(region, 'startLine'),
    col: numberAt(region, 'startColumn'),
    endLine: numberAt(region, 'endLine'),
    endCol: numberAt(region, 'endColumn'),
    unit,
  };
}
