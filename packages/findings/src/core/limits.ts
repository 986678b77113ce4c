// Tool output is hostile until proved otherwise: everything a parser can be made to grow or to chew on ends here.

/** Of one log line, what is kept as text at all. A line without an end must not fill the memory. */
export const LINE_BYTES_MAX = 64 * 1024;
/** Of one log line, what a regular expression may see. Cubic patterns cost seconds from here on. */
export const LINE_MATCHED_CHARS_MAX = 4 * 1024;
/** Of one line that starts like a report, and of one report in a log. */
export const DOCUMENT_BYTES_MAX = 16 * 1024 ** 2;
/** Reports read out of one log. */
export const DOCUMENTS_PER_LOG_MAX = 1000;
/** Lines inside a report that are not of it: warnings on the other stream of the same pipe. */
export const DOCUMENT_NOISE_LINES_MAX = 20;
/** Streams that one log is taken apart into by their prefixes. */
export const LOG_STREAMS_MAX = 32;
/** Lines that wait until it is certain whether a prefix is one. */
export const PREFIX_HELD_LINES_MAX = 64;

/** Lines after a diagnostic that are taken as its code frame or explanation. */
export const CONTINUATION_LINES_MAX = 40;

/** How often a document may say that one problem was there. */
export const OCCURRENCES_MAX = 1_000_000;

/** Findings kept per tool and per job. The rest is counted, and the result says `truncated`. */
export const FINDINGS_PER_TOOL_MAX = 20_000;
export const FINDINGS_PER_JOB_MAX = 50_000;
/** Findings of one (path, line, rule) that a newcomer in another format is compared with. */
export const MERGE_CANDIDATES_MAX = 64;
/** Sources remembered beside the first one. */
export const MORE_SOURCES_MAX = 10;
/** Tool runs per job; each report file has at least one. */
export const TOOL_RUNS_MAX = 1000;
/** Totals of one tool run, claimed or parsed. */
export const TOTALS_MAX = 100;

export const MESSAGE_CHARS_MAX = 1024;
export const DETAIL_CHARS_MAX = 16 * 1024;
/** Rule ids, tool names, test names, links: anything that is a name and not prose. */
export const NAME_CHARS_MAX = 512;
/** A message template is a key, not a text. */
export const TEMPLATE_CHARS_MAX = 300;
export const RELATED_PLACES_MAX = 20;
export const TEST_TRIES_MAX = 20;
export const NATIVE_FINGERPRINTS_MAX = 10;
export const CWE_MAX = 20;
/** Names of one advisory, its scores, ways to one package, fixed versions: each list. */
export const PACKAGE_LIST_MAX = 20;
/** Extra fields of the tool's own format, as JSON. */
export const EXTRA_BYTES_MAX = 8 * 1024;
export const EXTRA_KEYS_MAX = 100;

export const PATH_CHARS_MAX = 1024;
/** Answers of `knownFile` that are remembered, because the answer may cost a system call. */
export const PATH_CACHE_MAX = 10_000;
/** The database and every editor count lines in 32 bits. */
export const LINE_NUMBER_MAX = 2 ** 31 - 1;

/** How much of a report file the tools may look at to recognise it. */
export const SNIFF_BYTES_MAX = 64 * 1024;
export const XML_DEPTH_MAX = 64;
export const XML_ATTRIBUTE_CHARS_MAX = 64 * 1024;
export const XML_TEXT_CHARS_MAX = 1024 * 1024;
/** JSON.parse holds the whole document; what is longer is cut here and read as truncated. */
export const JSON_BYTES_MAX = 64 * 1024 ** 2;
export const JSON_DEPTH_MAX = 200;
/** Hops from one SARIF base to the next. */
export const URI_BASE_HOPS_MAX = 8;
