// vet's text does not name the analyzer, its JSON does: the message tells.

const ANALYZERS: readonly (readonly [name: string, message: RegExp])[] = [
  ['appends', /^append with no values/],
  ['asmdecl', /^\[\w{1,20}\] \S{1,200}: /],
  ['assign', /^self-assignment of /],
  ['atomic', /^direct assignment to atomic value/],
  ['bools', /^(?:redundant|suspect) (?:or|and): /],
  [
    'buildtag',
    /^(?:misplaced \/\/go:build|malformed \/\/go:build|\+build line|\/\/ ?\+build|unexpected extra )/,
  ],
  ['cgocall', /^possibly passing Go type with embedded pointer to C/],
  [
    'composites',
    /^\S{1,300} struct literal uses unkeyed fields|^composite literal uses unkeyed fields|unkeyed fields$/,
  ],
  ['copylocks', / (?:passes|copies|returns) lock (?:by value|value)/],
  ['defers', /^call to time\.Since is not deferred/],
  ['directive', /^(?:\/\/go:debug directive|misplaced \/\/go:debug)/],
  ['errorsas', /^second argument to errors\.As /],
  ['framepointer', /^frame pointer is clobbered/],
  ['hostport', /^address format "/],
  ['httpresponse', /^using \S{1,200} before checking for errors/],
  ['ifaceassert', /^impossible type assertion: /],
  ['loopclosure', /^loop variable \S{1,200} captured by func literal/],
  [
    'lostcancel',
    /^the cancel(?:\d?| )function |^the \w{1,100} function (?:is not used on all paths|returned by)|^this return statement may be reached without using the/,
  ],
  ['nilfunc', /^comparison of function \S{1,200} [!=]= nil/],
  [
    'printf',
    /^(?:\S{1,200} )?(?:format %|format string|call has|arg list ends|call needs|does not support|call may)|^\S{1,200} (?:format|call|arg list|possible|result of|does not support)|^non-constant format string|^\(\S{1,200}\)\.\w{1,80} format /,
  ],
  ['shift', / too small for shift of /],
  ['sigchanyzer', /^misuse of unbuffered os\.Signal channel/],
  [
    'slog',
    /^call to \S{1,200} (?:missing a final value|has a missing or misplaced key)|^\S{1,200} arg ".{0,100}" should be a string or a slog\.Attr/,
  ],
  ['stdmethods', /^method \w{1,100}\(.{0,300}\).{0,200} should have signature /],
  ['stdversion', / requires go1\.\d{1,3} or later/],
  ['stringintconv', /^conversion from \S{1,200} \(?.{0,100}\)? ?to string yields a string of one rune/],
  ['structtag', /^struct field (?:tag |\w{1,200} (?:repeats|has))/],
  ['testinggoroutine', /^call to \(\*\S{1,100}\)\.\w{1,50} from a non-test goroutine/],
  ['tests', /^(?:Test|Benchmark|Example|Fuzz)\w{0,200} (?:has|should|refers|returns|is)/],
  ['timeformat', /^2006-02-01 should be 2006-01-02/],
  ['unmarshal', /^call of \S{1,200} passes non-pointer/],
  ['unreachable', /^unreachable code$/],
  ['unsafeptr', /^possible misuse of (?:unsafe\.Pointer|reflect\.)/],
  ['unusedresult', /^result of \S{1,200} call not used/],
  ['waitgroup', /^WaitGroup\.Add called from inside new goroutine/],
];

/** Undefined when the message is none of vet's. */
export function vetAnalyzer(message: string): string | undefined {
  return ANALYZERS.find(([, pattern]) => pattern.test(message.slice(0, 1000)))?.[0];
}
