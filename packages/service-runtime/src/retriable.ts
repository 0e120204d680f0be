type Retriable = Error & { retriable: true };

/** Whether what failed may succeed later, as it is. Anything else is a broken invariant, and ends whoever meets it. */
export const isRetriable = (error: unknown): error is Retriable =>
  error instanceof Error && 'retriable' in error && error.retriable === true;
