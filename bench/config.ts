// What the bench reads of its environment.

export const path = process.env['PATH'] ?? '';

/** The farm's processes start with a warm compile cache, as under the launcher. */
export const compileCache = process.env['NODE_COMPILE_CACHE'];
