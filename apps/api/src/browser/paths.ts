export const LOGIN_PATH = '/login';
export const LOGOUT_PATH = '/logout';
export const QUEUES_PATH = '/admin/queues';
/** Where a log-in leads that asked for no page: the newest jobs, which everybody may list. */
export const HOME_PATH = '/jobs';
