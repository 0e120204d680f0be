export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
