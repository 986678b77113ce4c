import type { Scenario } from './scenario.ts';
import { fairness } from './scenarios/fairness.ts';

/** In the order they run. */
export const SCENARIOS: readonly Scenario[] = [fairness];
