// Vectors without a number beside them: OSV records have only those. CVSS 2 and 3.x base scores are a formula; version 4
// is a table of 270 rows, which a library has.
import type { Cvss } from '@crafting-table/contracts/finding';
import calculator from 'ae-cvss-calculator';

type Weights = Record<string, Record<string, number>>;

const V3: Weights = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
};
const PRIVILEGES: Weights = { U: { N: 0.85, L: 0.62, H: 0.27 }, C: { N: 0.85, L: 0.68, H: 0.5 } };
const V2: Weights = {
  AV: { N: 1, A: 0.646, L: 0.395 },
  AC: { L: 0.71, M: 0.61, H: 0.35 },
  Au: { N: 0.704, S: 0.56, M: 0.45 },
  C: { C: 0.66, P: 0.275, N: 0 },
  I: { C: 0.66, P: 0.275, N: 0 },
  A: { C: 0.66, P: 0.275, N: 0 },
};
/** The metrics that a vector of version 4 must have, in their order; what is missing would be taken for harmless. */
const V4_BASE =
  /^CVSS:4\.0\/AV:[NALP]\/AC:[LH]\/AT:[NP]\/PR:[NLH]\/UI:[NPA]\/VC:[HLN]\/VI:[HLN]\/VA:[HLN]\/SC:[HLN]\/SI:[HLN]\/SA:[HLN](?:\/|$)/;
const VECTOR_CHARS_MAX = 200;

/** A CVSS as OSV writes it: the vector alone says its version. */
export function cvssOfVector(vector: string): Cvss {
  const version = versionOf(vector);
  const score = scoreOf(vector);
  const cvss: Cvss = { vector };
  if (version !== undefined) cvss.version = version;
  if (score !== undefined) cvss.score = score;
  return cvss;
}

export function versionOf(vector: string): Cvss['version'] {
  const stated = /^CVSS:(3\.0|3\.1|4\.0)\//.exec(vector)?.[1];
  if (stated !== undefined) return stated as Cvss['version']; // The pattern lets through only these.
  return /^\(?AV:[NAL]\/AC:[LMH]\/Au:/.test(vector) ? '2.0' : undefined;
}

/** Base score of a CVSS 2, 3.0 or 3.1 vector, the score of a CVSS 4 vector; undefined for any other text. */
export function scoreOf(vector: string | undefined): number | undefined {
  if (vector === undefined || vector.length > VECTOR_CHARS_MAX) return undefined;
  const version = versionOf(vector);
  if (version === undefined) return undefined;
  if (version === '4.0') return scoreV4(vector);
  const metrics = new Map(
    vector
      .replaceAll(/[()]/g, '')
      .split('/')
      .map((part) => part.split(':') as [string, string]), // A part without a colon gives an undefined value, checked below.
  );
  const weigh = (weights: Weights, metric: string) =>
    weights[metric]?.[metrics.get(metric) ?? ''] ?? Number.NaN;
  const score =
    version === '2.0'
      ? scoreV2((metric) => weigh(V2, metric))
      : scoreV3(metrics, (metric) => weigh(V3, metric));
  return Number.isNaN(score) ? undefined : score;
}

/** https://www.first.org/cvss/v4.0/specification-document, section 8: one score of whatever metrics the vector has. */
function scoreV4(vector: string): number | undefined {
  if (!V4_BASE.test(vector)) return undefined;
  try {
    return new calculator.Cvss4P0(vector).calculateScores().overall;
  } catch {
    return undefined; // A metric that the version does not know.
  }
}

/** https://www.first.org/cvss/v3.1/specification-document, section 7.1 and appendix A. */
function scoreV3(metrics: Map<string, string>, weigh: (metric: string) => number): number {
  const isChanged = metrics.get('S') === 'C';
  const privileges = PRIVILEGES[isChanged ? 'C' : 'U']?.[metrics.get('PR') ?? ''] ?? Number.NaN;
  const base = 1 - (1 - weigh('C')) * (1 - weigh('I')) * (1 - weigh('A'));
  const impact = isChanged ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  const exploitability = 8.22 * weigh('AV') * weigh('AC') * privileges * weigh('UI');
  if (Number.isNaN(impact + exploitability)) return Number.NaN;
  if (impact <= 0) return 0;
  return roundUp(Math.min((isChanged ? 1.08 : 1) * (impact + exploitability), 10));
}

/** To one decimal, upwards, without the surprises of binary fractions. */
function roundUp(score: number): number {
  const scaled = Math.round(score * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}

/** https://www.first.org/cvss/v2/guide, section 3.2.1. */
function scoreV2(weigh: (metric: string) => number): number {
  const impact = 10.41 * (1 - (1 - weigh('C')) * (1 - weigh('I')) * (1 - weigh('A')));
  const exploitability = 20 * weigh('AV') * weigh('AC') * weigh('Au');
  const factor = impact === 0 ? 0 : 1.176;
  return Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * factor * 10) / 10;
}
